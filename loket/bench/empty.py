"""The measure of all ratios: a Flask route that does nothing but read the form."""

from flask import Flask, request

from loket.parent import die_with_parent

die_with_parent()
app = Flask("empty", static_folder=None)


@app.post("/ussd/africastalking/<token>")
def nothing(token: str) -> str:
    return f"CON {request.form['phoneNumber']}"
