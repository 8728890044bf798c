"""Everything under `/reporte`, and `/metrics`. It reads, and changes nothing."""
