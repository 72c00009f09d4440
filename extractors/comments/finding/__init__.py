"""Where on a page the comments stand: an outline, candidates, and the choice among them."""
