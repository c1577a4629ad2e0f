# Thin names for dev.py, which does the work and explains itself: python3 dev.py help
PYTHON ?= python3
.PHONY: setup run test lint bench faults shots lock
setup run test lint bench faults shots lock:
	$(PYTHON) dev.py $@
