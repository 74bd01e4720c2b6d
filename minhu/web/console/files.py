"""Files of a case on their way in and out: read up to the size that is kept, served as what they are."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from minhu.audit.privacy import PrivacyError
from minhu.cases.queries import open_attachment
from minhu.intake.scope import NotYours
from minhu.rules.access import Viewer
from minhu.web.console.frame import signed_in
from minhu.web.errors import message
from minhu.web.uploads import served


@require_safe
@signed_in
def download(request: HttpRequest, viewer: Viewer, attachment_id: int) -> HttpResponse:
    """A photo or document of a case the viewer may see; that he opened it is in the trail."""
    try:
        return served(open_attachment(attachment_id, by=viewer))
    except NotYours:
        raise Http404 from None
    except (OSError, PrivacyError):
        says = _("文件不在，或者已经损坏；请告诉系统管理员。")
        return message(request, 404, _("附件打不开"), says, picture="file-text")
