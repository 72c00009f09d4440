PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench golden clean

demo: .venv/.installed  ## the whole road on the bundled sample site
	$(BIN)/tamis demo
