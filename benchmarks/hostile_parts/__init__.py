"""Parts of benchmarks/hostile.py: bombs in a whole run, statements at the SQL console, a crowd at the desk."""
