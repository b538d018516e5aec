"""`make bench`: full turns over HTTP, each as a ratio to an empty Flask route on the same server in the same run."""
