"""The picker, as far as its answers need it: the form comes back with a notice."""

from flask import Response, make_response, render_template, request

from app.lti import policy, session
from app.lti.picks import read_picks
from app.lti.session import Visit
from app.outside import Outside
from app.texts import Said


def show(outside: Outside) -> Response:
    """Show the picker again."""
    token, visit = session.read_instructor(outside)
    return render(outside, token, visit)


def render(_outside: Outside, token: str, _visit: Visit, *, notice: Said | None = None) -> Response:
    """Show the picker from the form that was posted."""
    policy.let_forms_leave()
    fields = [] if request.endpoint == "lti.launch" else list(request.form.items(multi=True))
    page = render_template(
        "picker.html",
        token=token,
        fields=[pair for pair in fields if pair[0] != "session"],
        picks=read_picks(),
        notice=notice,
    )
    return make_response(page)
