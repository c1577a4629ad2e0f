from __future__ import annotations

from PySide6.QtGui import QFontMetrics

from crmdesk.ui.widgets.choice import Choice


def test_a_choice_grows_with_what_is_put_into_it_after_it_was_shown(show):
    choice = Choice("Pipeline")
    show(choice)
    narrow = choice.sizeHint().width()

    choice.addItem("Sales Pipeline (1,977)")

    words = QFontMetrics(choice.font()).horizontalAdvance("Sales Pipeline (1,977)")
    assert narrow < words < choice.sizeHint().width()


def test_a_choice_stays_within_its_bound_however_long_a_name_is(show):
    choice = Choice("Pipeline")
    choice.addItem("An exceptionally long name of a pipeline that somebody made " * 3)
    show(choice)

    assert choice.width() <= 280
    assert choice.accessibleName() == "Pipeline"
