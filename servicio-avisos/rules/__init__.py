"""What is to be watched: the file `avisos.yml`, checked; what is wrong is named with its line."""
