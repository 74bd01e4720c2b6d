"""Pages for what went wrong: what happened, and what the reader can do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def message(
    request: HttpRequest, status: int, heading: str, says: str, *, picture: str = "info", retry: str = ""
) -> HttpResponse:
    """One plain page with a heading and what to do."""
    context = {"heading": heading, "says": says, "picture": picture, "retry": retry}
    return render(request, "message.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return message(request, 400, _("这个请求读不懂"), _("请回到上一页刷新后再试。您写的内容多半还在。"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    says = _("您的账号看不到这一页。需要的话，请联系系统管理员开通。")
    return message(request, 403, _("这一页不对您开放"), says, picture="lock")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or cookies are off."""
    says = _("页面打开太久了，或者浏览器关掉了 Cookie。请回到上一页，刷新后再提交。")
    return message(request, 403, _("没有提交成功"), says, picture="history")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return message(request, 404, _("没有这一页"), _("网址可能写错了，或者内容已经撤下。"), picture="search")


def too_many(request: HttpRequest, says: str = "") -> HttpResponse:
    """Somebody asks too often; the words say when to come back."""
    says = says or _("为防止有人乱试查询码，这个网络暂时不能再查。请一小时后再来，或者打 12345 由工作人员查。")
    return message(request, 429, _("查得太频繁了"), says, picture="hourglass")


def fault(request: HttpRequest) -> HttpResponse:
    """Ours to mend. Made without the database, which may be what is away."""
    says = _("系统出了故障，已经记下。急事请直接拨打公布的号码，电话不受影响。")
    context = {"heading": _("暂时办不了"), "says": says, "picture": "triangle-alert", "retry": request.path, "city": ""}
    try:
        answer = render(request, "message.html", context, status=500)
    except Exception:
        return HttpResponse(says, status=500, content_type="text/plain; charset=utf-8")
    return answer
