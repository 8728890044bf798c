"""The load simulation: `python sender/app.py simular`, `verificar` and `doctor`."""
