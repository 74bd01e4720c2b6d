"""What the directory refuses.

Refusal
├── NotAllowed          the viewer holds no role that covers this office
├── ReasonNeeded        this act is recorded with a reason
├── ConsentNeeded       a number is published only with the official's consent
├── NumberInUse         the number is published for somebody else
├── LineIsWithdrawn     a withdrawn line takes no changes
├── TimesUnusable       an end that is not after its start, or already past
├── LimitUnusable       minutes a day that no day has
├── PostTaken           the office already has this person in this post
├── NotAState           a state that people cannot set by hand
├── PlaceholderUnknown  a quick reply with a placeholder that nothing fills in
├── CalendarUnusable    an address or a file that no calendar can be read from
└── ImportRefused       a list that cannot be read, or that changed since it was examined
"""

from __future__ import annotations

from minhu.rules.errors import Refusal


class NotAllowed(Refusal):
    code = "not_allowed"
    words = "您没有这项操作的权限。"


class ReasonNeeded(Refusal):
    code = "reason_needed"
    words = "请写明原因，原因会记入审计记录。"


class ConsentNeeded(Refusal):
    code = "consent_needed"
    words = "公布号码须经本人同意，请先登记同意日期。"


class NumberInUse(Refusal):
    code = "number_in_use"
    words = "这个号码已经公布给其他人，请核对。"


class LineIsWithdrawn(Refusal):
    code = "line_is_withdrawn"
    words = "这个号码已经撤下，不能再改；如需恢复请重新登记。"


class TimesUnusable(Refusal):
    code = "times_unusable"
    words = "结束时间须晚于开始时间，且不能早于现在。"


class LimitUnusable(Refusal):
    code = "limit_unusable"
    words = "每天的上限应在 1 到 1440 分钟之间；不设上限就留空。"


class PostTaken(Refusal):
    code = "post_taken"
    words = "该单位已有同名同职务的人员。"


class NotAState(Refusal):
    code = "not_a_state"
    words = "“通话中”由总机判断，不能手动设置。"


class PlaceholderUnknown(Refusal):
    code = "placeholder_unknown"
    words = "回复内容里有无法识别的占位符，可用的有：{name} {title} {until} {due} {code}。"


class CalendarUnusable(Refusal):
    code = "calendar_unusable"
    words = "读不出日历，请检查地址或文件。"


class ImportRefused(Refusal):
    code = "import_refused"
    words = "名单无法导入。"
