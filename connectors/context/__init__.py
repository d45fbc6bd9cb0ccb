"""What lies beside data and says what it is: package descriptions, schemas, READMEs, licences."""
