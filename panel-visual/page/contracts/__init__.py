"""What programs are told of our wires: the documents of `contracts/`, and a page to read one."""
