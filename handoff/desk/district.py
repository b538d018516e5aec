"""The coordinator's pages: the district's tickets, who has how many, and giving a ticket to someone else."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from handoff.desk.context import actor, here
from handoff.desk.forms import ReassignForm, filter_form, filters_of, reassign_form
from handoff.desk.pages import Filling, fill, opened
from handoff.desk.ports import Actor, AgentLoad, Detail, Filters, NotFound
from handoff.routing import Role
from handoff.tickets import Move


def listing() -> Response:
    """The tickets of the district or regency, filtered."""
    desk, asking = here().desk, _overseer()
    form = filter_form(desk.villages(asking), desk.agents_of(asking), request.args)
    valid = form.validate()
    found = desk.district(asking, filters_of(form) if valid else Filters())
    page = int(form.page.data or 1) if valid else 1
    query = {name: form[name].data for name in ("status", "village", "agent") if valid and form[name].data}
    return make_response(
        render_template("desk/district.html", form=form, found=found, page=page, query=query), 200 if valid else 400
    )


def agents() -> str:
    """Who has how many tickets."""
    loads = here().desk.agents_of(_overseer())
    return render_template("desk/agents.html", loads=sorted(loads, key=_fullest_first))


def reassign(ticket_id: str) -> Response:
    """Alihkan: give the ticket to someone else."""
    detail = opened(ticket_id, Move.ASSIGN)
    form = reassign_form(detail, _choices(detail))

    def make(form: ReassignForm) -> None:
        here().desk.reassign(actor(), ticket_id, form.agent.data, int(form.version.data))

    return fill(Filling(Move.ASSIGN, "desk/reassign.html", detail, form), make)


def _overseer() -> Actor:
    asking = actor()
    if asking.role is Role.AGENT:
        raise NotFound
    return asking


def _choices(detail: Detail) -> list[AgentLoad]:
    """Those of the ticket's village first, then by how much room they have."""
    village = detail.card.village
    return sorted(here().desk.agents_of(actor()), key=lambda a: (village not in a.villages, _share(a), a.name))


def _share(load: AgentLoad) -> float:
    return load.open / load.capacity if load.capacity else 1.0


def _fullest_first(load: AgentLoad) -> tuple[float, str]:
    return (-_share(load), load.name)
