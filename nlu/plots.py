"""Draws what an evaluation found, for the docs. Needs matplotlib, which only development installs."""

from pathlib import Path

from matplotlib.figure import Figure

from nlu.evaluation import Report


def draw(report: Report, path: Path) -> None:
    """Three panels: how much is right of each style, whether chances are honest, and what a threshold costs."""
    figure = Figure(figsize=(12, 3.8), layout="constrained")
    styles, honest, cost = figure.subplots(1, 3)

    rows = report.rows[:-1]
    places = range(len(rows))
    styles.barh(places, [row.first_three for row in rows], color="#bcd4e6", label="among the first three")
    styles.barh(places, [row.accuracy for row in rows], color="#1f5a8a", label="first")
    styles.set_yticks(places, [row.style for row in rows])
    styles.set_xlim(0, 1)
    styles.set_title("Right, by style")
    styles.legend(loc="lower left", fontsize=8)

    honest.plot([0, 1], [0, 1], color="#999999", linewidth=1)
    honest.plot(
        [each[0] for each in report.calibration], [each[1] for each in report.calibration], "o-", color="#1f5a8a"
    )
    honest.set_xlabel("chance that was given")
    honest.set_ylabel("share that was right")
    honest.set_title("Calibration")

    cost.plot(
        [each[0] for each in report.curve], [each[1] for each in report.curve], color="#1f5a8a", label="outside: caught"
    )
    cost.plot(
        [each[0] for each in report.curve], [each[2] for each in report.curve], color="#c0562f", label="ours: sent away"
    )
    cost.set_xlabel("threshold")
    cost.set_ylim(0, 1)
    cost.set_title("Out of scope")
    cost.legend(fontsize=8)

    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
