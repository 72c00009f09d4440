"""What editors read and write: the review queue, decisions, accounts, notices."""
