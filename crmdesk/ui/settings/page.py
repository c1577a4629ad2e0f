"""The settings: sections at the left, one page of cards, Save and Discard below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.setting_declarations import SETTINGS, Section
from crmdesk.core.settings import SettingState
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.footer import Footer
from crmdesk.ui.frame.page import Page
from crmdesk.ui.look import Look
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.settings.own_cards import security_cards, transfer_cards
from crmdesk.ui.settings.own_places import commands_of, own_matching, section_of, show_place
from crmdesk.ui.settings.saving import SaveAnswer, save_settings
from crmdesk.ui.settings.section_page import SectionPage, setting_matching
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.left_list import LeftList
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.search_field import SearchField

_LEFT = 248
_ADMINS = frozenset({"audit", "users", "mail", "privacy"})


@dataclass(frozen=True, slots=True)
class _Section:
    key: str
    group: str
    title: str
    icon: str
    make: Callable[[], QWidget]


class SettingsPage(Page):
    """Replaces the tabs' pages while the gear is pressed.

    Signals:
        shown: key of the section now in sight.
    """

    shown = Signal(str)

    def __init__(self, desk: Desk, look: Look) -> None:
        super().__init__("")
        self.setAccessibleName(self.tr("Settings"))
        self.setObjectName("settings_page")
        self._desk, self._look = desk, look
        self._admin = desk.may(Permission.SUPER_ADMIN)
        self._pages: dict[str, QWidget] = {}
        self._sections = self._offered()
        self.search = SearchField(self.tr("Search settings"))
        self.search.setObjectName("search_settings")
        self.listing = LeftList(self.tr("Sections"), _LEFT)
        self.choice = QComboBox()
        self.choice.setObjectName("section_choice")
        self.choice.setAccessibleName(self.tr("Section"))
        self.stack = QStackedWidget()
        self._banner = Banner(BannerTone.DANGER, "")
        self._banner.hide()
        self.footer = Footer(tall=True)
        self.errors = Link("")
        self.errors.setProperty("tone", "danger")
        self.errors.setObjectName("count_errors")
        self.discard = Button(self.tr("Discard"))
        self.discard.setObjectName("discard")
        self.save = Button(self.tr("Save"), ButtonKind.PRIMARY)
        self.save.setObjectName("save")
        self._lay_out()
        self._connect()
        self.show_section("profile")

    # -- what is offered ---------------------------------------------------------------------
    def _offered(self) -> list[_Section]:
        yours, account = self.tr("Your preferences"), self.tr("Account management")
        data = self.tr("Data management")
        found = [
            ("profile", yours, self.tr("Profile"), "user", self._make_profile),
            ("appearance", yours, self.tr("Appearance"), "palette", self._make_appearance),
            (
                "workspace",
                account,
                self.tr("Workspace"),
                "building-2",
                lambda: self._make(Section.WORKSPACE),
            ),
            ("users", account, self.tr("Users & Teams"), "users", self._make_users),
            ("security", account, self.tr("Security"), "shield", self._make_security),
            ("audit", account, self.tr("Audit Logs"), "scroll-text", self._make_audit),
            ("mail", account, self.tr("E\u2011mail"), "mail", self._make_mail),
            ("privacy", account, self.tr("Privacy"), "fingerprint-pattern", self._make_privacy),
            ("objects", data, self.tr("Objects"), "blocks", self._make_objects),
            (
                "backup",
                data,
                self.tr("Backup & Restore"),
                "archive",
                lambda: self._make(Section.BACKUP),
            ),
            ("data", data, self.tr("Records"), "database", lambda: self._make(Section.DATA)),
            ("transfer", data, self.tr("Import & Export"), "arrow-down-up", self._make_transfer),
        ]
        sections = [_Section(*each) for each in found]
        return [each for each in sections if self._admin or each.key not in _ADMINS]

    def _make_profile(self) -> QWidget:
        from crmdesk.ui.settings.preferences import ProfilePage

        return ProfilePage(self._desk)

    def _make_appearance(self) -> QWidget:
        from crmdesk.ui.settings.preferences import AppearancePage

        return AppearancePage(self._look)

    def _make_users(self) -> QWidget:
        from crmdesk.ui.settings.users_page import UsersPage

        return UsersPage(self._desk)

    def _make_mail(self) -> QWidget:
        from crmdesk.ui.settings.mail.page import MailPage

        return MailPage(self._desk)

    def _make_privacy(self) -> QWidget:
        from crmdesk.ui.settings.privacy.page import PrivacyPage

        return PrivacyPage(self._desk)

    def _make_objects(self) -> QWidget:
        from crmdesk.ui.settings.objects.page import ObjectsPage

        return ObjectsPage(self._desk)

    def _make_security(self) -> QWidget:
        return self._make(Section.SECURITY, security_cards(self._desk, admin=self._admin))

    def _make_audit(self) -> QWidget:
        from crmdesk.ui.settings.audit_page import AuditSettingsPage

        return AuditSettingsPage(self._desk)

    def _make_transfer(self) -> QWidget:
        return self._make(Section.TRANSFER, transfer_cards(self._desk, admin=self._admin))

    def _make(self, section: Section, before: Sequence[QWidget] = ()) -> SectionPage:
        states = [each for each in self._states() if each.setting.section is section]
        reason = "" if self._admin else self.tr("Only a Super Admin changes these settings.")
        page = SectionPage(section, states, reason, before)
        page.changed.connect(self._follow)
        return page

    def _states(self) -> list[SettingState]:
        return self._desk.workspace.settings.all(self._desk.actor)

    # -- building ----------------------------------------------------------------------------
    def _lay_out(self) -> None:
        self.listing.top.setContentsMargins(0, 16, 1, 0)
        holder = QWidget()
        margin = QHBoxLayout(holder)
        margin.setContentsMargins(16, 0, 15, 0)
        margin.addWidget(self.search)
        self.listing.top.insertWidget(0, holder)
        group = ""
        for section in self._sections:
            if section.group != group:
                self.listing.add_group(section.group)
                group = section.group
            self.listing.add(section.key, section.title, section.icon)
            self.choice.addItem(section.title, section.key)
        self.footer.start.addWidget(self.errors)
        self.footer.end.addWidget(self.discard)
        self.footer.end.addWidget(self.save)
        right = QVBoxLayout()
        right.setSpacing(0)
        self.folded = QWidget()
        top = QHBoxLayout(self.folded)
        top.setContentsMargins(24, 16, 24, 0)
        top.addWidget(self.choice)
        top.addStretch(1)
        self.folded.hide()
        right.addWidget(self.folded)
        banner = QHBoxLayout()
        banner.setContentsMargins(24, 0, 24, 0)
        banner.addWidget(self._banner)
        right.addLayout(banner)
        right.addWidget(self.stack, 1)
        right.addWidget(self.footer)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.listing)
        row.addLayout(right, 1)

    def _connect(self) -> None:
        self.listing.chosen.connect(self.show_section)
        self.choice.activated.connect(
            lambda _index: self.show_section(str(self.choice.currentData()))
        )
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._open_found)
        self.discard.clicked.connect(self._discard)
        self.save.clicked.connect(self._save)
        self.errors.clicked.connect(self._go_to_error)

    # -- showing -----------------------------------------------------------------------------
    @property
    def section(self) -> str:
        """Key of the section in sight."""
        return next((key for key, page in self._pages.items() if page is self.shown_page), "")

    @property
    def shown_page(self) -> QWidget:
        """The page of the section in sight."""
        return self.stack.currentWidget()

    def show_section(self, key: str) -> None:
        """Show a section; what was typed in another one stays there."""
        page = self._page(key)
        if page is None:
            return
        self.stack.setCurrentWidget(page)
        self.listing.set_current(key)
        self.choice.setCurrentIndex(max(0, self.choice.findData(key)))
        self._banner.hide()
        self._follow()
        self.shown.emit(key)

    def _page(self, key: str) -> QWidget | None:
        if key not in self._pages:
            make = next((each.make for each in self._sections if each.key == key), None)
            if make is None:
                return None
            self._pages[key] = make()
            self.stack.addWidget(self._pages[key])
            self._name_once()
        return self._pages[key]

    def _form(self) -> SectionPage | None:
        page = self.shown_page
        return page if isinstance(page, SectionPage) else None

    def _follow(self) -> None:
        """Count errors, and offer Save and Discard where something changed."""
        form = self._form()
        dirty = [] if form is None else form.dirty
        wrong = 0 if form is None else len(form.wrong)
        self.footer.setVisible(bool(dirty))
        self.errors.setVisible(bool(wrong))
        if wrong:
            text = self.tr("%Ln field{ needs|s need} attention before you can save", "", wrong)
            self.errors.setText(text)
            self.footer.set_words("")
        else:
            self.footer.set_words("", self.tr("%Ln change{|s} not saved yet", "", len(dirty)))
        self.save.set_reason(self.errors.plain_text() if wrong else "")
        self._desk.ways.follow()

    # -- saving ------------------------------------------------------------------------------
    def _discard(self) -> None:
        form = self._form()
        if form is not None:
            form.discard()

    def _save(self) -> None:
        form = self._form()
        if form is None or not form.dirty or self.save.busy:
            return
        if not form.check():
            self._follow()
            self._go_to_error()
            return
        wanted = {field.setting.key: field.given() for field in form.dirty}
        self.save.set_busy(self.tr("Saving..."))
        desk = self._desk

        def write() -> SaveAnswer:
            return save_settings(desk, wanted)

        desk.run_write(self, write, self._saved, self._failed)

    def _saved(self, answer: SaveAnswer) -> None:
        self.save.set_idle()
        form = self._form()
        fields = {} if form is None else form.fields
        for key, value in answer.saved.items():
            if key in fields:
                fields[key].mark_saved(value)
        if answer.error is not None and answer.key in fields:
            field = fields[answer.key].field
            if field is not None:
                field.set_error(sentence(answer.error))
            self._go_to_error()
        if answer.saved:
            self._desk.toast(
                self.tr("%Ln setting{|s} saved", "", len(answer.saved)),
                self.tr("Written to the audit log."),
            )
            self._desk.changed(answer.saved)
        self._follow()

    def _failed(self, error: Exception) -> None:
        self.save.set_idle()
        told = message(error)
        self._banner.show()
        self._banner.set_state(BannerTone.DANGER, told.title, told.advice)

    def _go_to_error(self) -> None:
        form = self._form()
        if form is not None and form.wrong:
            form.go_to(form.wrong[0].setting.key)

    # -- searching ---------------------------------------------------------------------------
    def _search(self, words: str) -> None:
        for section in self._sections:
            found = self._found(section, words) is not None
            self.listing.set_reason(section.key, "" if found else self.tr("No match"))

    def _found(self, section: _Section, words: str) -> str | None:
        """Key of the setting that matches, empty for the section itself, None for no match."""
        wanted = words.strip()
        if not wanted or wanted.casefold() in section.title.casefold():
            return ""
        known = section.key in set(Section)
        found = setting_matching(Section(section.key), wanted) if known else ""
        return found or own_matching(section.key, wanted, admin=self._admin) or None

    def _open_found(self) -> None:
        for section in self._sections:
            key = self._found(section, self.search.text())
            if key is not None:
                self._go_to(section.key, key)
                return

    def _go_to(self, section: str, key: str) -> None:
        """Show a section, and put the focus on what stands in it."""
        self.show_section(section)
        page = self.shown_page
        if isinstance(page, SectionPage) and key in page.fields:
            page.go_to(key)
        else:
            show_place(page, key)

    # -- as a page of the window -------------------------------------------------------------
    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Search, and save while something changed."""
        found = {"find": self.search.setFocus, **commands_of(self.shown_page)}
        form = self._form()
        if form is not None and form.dirty:
            found["save"] = self._save
        return found

    def regions(self) -> Sequence[QWidget]:
        """Sections, the page, and the footer while it is there."""
        return (self.search, self.stack, self.footer)

    def start_focus(self) -> None:
        """The search over settings."""
        self.search.setFocus()

    def escape(self) -> bool:
        """Clear the search."""
        if not self.search.text():
            return False
        self.search.clear_search()
        return True

    def open_link(self, link: str) -> None:
        """``settings/users``, or ``settings/backup.keep_days`` for one setting."""
        wanted, _, about = link.partition("/")[2].partition("/")
        if wanted in {each.key for each in self._sections}:
            self.show_section(wanted)
            open_for = getattr(self.shown_page, "open_for", None)
            if about and open_for is not None:
                open_for(about)
            return
        own = section_of(wanted, admin=self._admin)
        self._go_to(SETTINGS[wanted].section if wanted in SETTINGS else own, wanted)

    def set_narrow(self, narrow: bool) -> None:
        """The list becomes a drop-down above the page."""
        self.listing.setVisible(not narrow)
        self.folded.setVisible(narrow)
        self._name_once()

    def _name_once(self) -> None:
        """In a narrow window the drop-down says the name of the section."""
        for header in self.stack.findChildren(PageHeader):
            header.show_title(shown=self.folded.isHidden())
