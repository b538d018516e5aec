"""Each service as a diagram for people who decide about it, drawn from the same walk that `loket check` takes."""
