"""`python -m loket` is `loket`."""

from loket.cli import main

main()
