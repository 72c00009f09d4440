"""Who is at the desk: passwords, sessions, roles, an OpenID provider."""
