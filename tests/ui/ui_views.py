"""Fixed views of a hall, and what its door would answer, for pictures and tests."""

import copy
from typing import Any

T0 = 1000.0


SECOND = {"family": "Family planning", "relief": "ꆈꌠ Social relief", "justice": "Petitions"}
"""A second language line; the Yi syllables show that a run of another script finds its font."""


SERVICES = (
    ("family", "计生服务", "生育证、婚育证明、光荣证", "users", 3),
    ("jobs", "就业服务", "就业登记、介绍、技能培训", "briefcase", 0),
    ("social", "社保和贷款", "社会保险、小额担保贷款", "file-text", 12),
    ("relief", "民政救助", "低保、五保、大病临时救助", "heart-hand", 5),
    ("farming", "农业服务", "农机、农技、水利、林业", "sprout", 0),
    ("building", "村镇建设", "土地、建房规划、拆迁", "building", 1),
    ("justice", "信访调解", "来信来访、纠纷调解、法律", "scale", 0),
    ("general", "咨询和其他", "安全咨询，不清楚办哪项", "help-circle", 0),
)


COUNTERS = (
    ("1", "计生窗口", "calling", "A012", 3),
    ("2", "劳动保障窗口", "serving", "C031", 12),
    ("3", "民政窗口", "serving", "D007", 5),
    ("4", "农业服务窗口", "open", "", 0),
    ("5", "村镇建设窗口", "paused", "", 1),
    ("6", "综合窗口", "closed", "", 0),
)


SERVED = {
    "1": ["family"],
    "2": ["jobs", "social"],
    "3": ["relief"],
    "4": ["farming"],
    "5": ["building"],
    "6": ["justice", "general"],
}


VIEW: dict[str, Any] = {
    "hall": "999001001",
    "name": "站街镇便民服务中心",
    "day": "2026-11-23",
    "seq": 120,
    "clock": {"trusted": True, "at": "2026-11-23T09:41:05+08:00"},
    "unrecorded": 0,
    "services": [
        {
            "id": id,
            "name": name,
            "open": True,
            "reason": "",
            "opens_at": "",
            "waiting": waiting,
            "about": about,
            "icon": icon,
            "area": "一楼大厅",
            "prefix": "ABCDEFGJ"[i],
        }
        for i, (id, name, about, icon, waiting) in enumerate(SERVICES)
    ],
    "counters": [
        {
            "id": id,
            "name": name,
            "state": state,
            "ticket": {"id": f"999001001-20261123-{number}", "number": number} if number else None,
            "services": SERVED[id],
            "staff": "",
            "reason": "lunch" if state == "paused" else "",
            "room": "",
            "waiting": waiting,
            "calls": 1,
        }
        for id, name, state, number, waiting in COUNTERS
    ],
    "calls": [
        {
            "seq": 20 - i,
            "number": number,
            "counter": counter,
            "kind": "call",
            "at": "2026-11-23T09:40:00+08:00",
        }
        for i, (number, counter) in enumerate(
            (("A012", "1"), ("C031", "2"), ("D007", "3"), ("A011", "1"), ("G002", "6"), ("F004", "5"))
        )
    ],
    "notices": ["请保管好号票，听到叫号后到窗口办理", "低保年审材料请于本月二十八日前交到 3 号民政窗口"],
    "devices": [
        {
            "id": "printer-1",
            "kind": "printer",
            "driver": "printer_escpos",
            "counter": "",
            "state": "ok",
            "code": "",
            "since": "2026-11-23T08:20:00+08:00",
        }
    ],
    "desk": {
        "helps": [],
        "general": ["6"],
        "emergency": None,
        "paused": [],
        "volume": None,
        "papers": [],
        "rolls": [{"printer": "printer-1", "slips": 214, "changed_at": "2026-11-22T16:00:00+08:00"}],
    },
}


TICKET = {
    "id": "999001001-20261123-D008",
    "number": "D008",
    "service": "relief",
    "item": "",
    "state": "waiting",
    "ahead": 5,
    "estimated_wait_s": 1500,
    "issued_at": "2026-11-23T09:41:05+08:00",
    "paper": "queued",
    "counter": "",
}


GUIDES = [
    {
        "id": "yi_county-01",
        "name": "城镇居民最低生活保障申请",
        "service": "relief",
        "department": "社会事务窗口",
        "promised_time": "1 个工作日",
        "legal_time": "",
        "fee": "不收费",
        "basis": "《城市居民最低生活保障条例》",
        "conditions": "家庭人均可支配收入低于我县最低生活保障标准的城镇居民",
        "materials": ["个人申请", "户口本、身份证原件及复印件", "家庭收入状况证明"],
        "steps": [
            "个人申请",
            "村（居）委会审核",
            "第一次张榜公示",
            "乡镇审查",
            "第二次张榜公示",
            "送县民政局审批",
        ],
        "complaints": ["县纪委监察局", "乡镇纪委"],
        "contact": "",
        "remark": "",
        "missing": ["legal_time", "result", "person", "contact"],
    },
    *(
        {
            "id": f"guide-{i}",
            "name": name,
            "service": service,
            "department": department,
            "promised_time": time,
            "fee": fee,
            "materials": [],
            "steps": [],
            "missing": ["materials", "steps", "basis", "contact"],
        }
        for i, (name, service, department, time, fee) in enumerate(
            (
                ("城乡低保", "relief", "民政窗口", "21 天", "不收费"),
                ("老年优待证", "relief", "民政窗口", "3 个工作日", "不收费"),
                ("流动人口婚育证明", "family", "计生窗口", "即时办理", "不收费"),
                ("农村村民宅基地用地申请的初审和上报", "building", "村镇建设窗口", "15 个工作日", ""),
                ("再就业优惠证", "jobs", "劳动保障窗口", "5 个工作日", "工本费 5 元"),
                ("大病临时救助", "relief", "民政窗口", "", "不收费"),
                ("农机具购置补贴", "farming", "农业服务窗口", "10 个工作日", "不收费"),
                ("独生子女父母光荣证", "family", "计生窗口", "3 个工作日", "不收费"),
                (
                    "农村村民建房选址定点的初审、上报和验收",
                    "building",
                    "村镇建设窗口",
                    "材料具备后一个工作日内转报县民政局",
                    "按物价部门批准的标准",
                ),
                ("林木采伐许可", "farming", "农业服务窗口", "7 个工作日", "不收费"),
            )
        )
    ),
]


GROUPS = {
    "departments": [
        {"name": n, "count": 7} for n in ("民政窗口", "计生窗口", "劳动保障窗口", "村镇建设窗口")
    ],
    "events": [
        {"name": n, "count": 5} for n in ("生孩子", "找工作", "家里有困难", "盖房子、用地", "种地养殖")
    ],
    "words": ["低保", "五保", "社保", "贷款", "准生证", "建房", "补贴"],
}


ABOUT = {
    "name": VIEW["name"],
    "phone": "0000-0000000",
    "address": "站街镇人民路 1 号",
    "complaint_phone": "0000-0000001",
    "complaint_place": "大厅入口意见箱，每周一开箱",
    "rules": ["首问负责，一次说清", "法定工作日办公，赶场天 A、B 岗都在", "办不了的，书面说明原因"],
    "facilities": ["老花镜、纸笔、印泥", "饮水机", "复印机", "轮椅"],
    "today": "ordinary",
    "hours": [
        {"day": "ordinary", "spans": ["08:30-12:00", "14:00-17:30"]},
        {"day": "duty", "spans": ["09:00-11:30"]},
    ],
    "leader": {"post": "副镇长", "name": "陈ＸＸ"},
    "voice": {"volume": 80, "hour": [], "repeat": 1, "stale_s": 60},
    "phones": [{"counter": "3", "name": "民政窗口", "phone": "0000-0000003"}],
    "notices": [
        {
            "title": "低保年审",
            "text": "低保年审材料请于本月二十八日前交到 3 号民政窗口，逾期的请先打电话说明。",
            "kind": "notice",
            "since": "2026-11-20",
            "until": "2026-11-28",
        },
        {
            "title": "老年优待证可以代办",
            "text": "家里人带老人的身份证来就行，在 3 号民政窗口，3 个工作日，不收费。",
            "kind": "item",
            "since": "",
            "until": "",
        },
        {
            "title": "危房改造第二批名单",
            "text": "名单已张贴在大厅公开栏，有异议的请在公示期内到 5 号窗口反映。",
            "kind": "affairs",
            "since": "",
            "until": "",
        },
    ],
    "staff": [
        {
            "counter": id,
            "name": name,
            "room": "",
            "state": state,
            "reason": "lunch" if state == "paused" else "",
            "served_at": "",
            "people": [
                {"number": f"10{id}", "name": "王ＸＸ", "post": name, "here": state != "closed"},
                {"number": f"11{id}", "name": "李ＸＸ", "post": name, "here": False},
            ],
        }
        for id, name, state, _, _ in COUNTERS
    ],
    "floors": [
        {
            "id": "1f",
            "name": "一楼",
            "picture": "/api/v1/floors/1f",
            "counters": [
                {"id": id, "name": name, "at": [0.125 + 0.15 * i, 0.15]}
                for i, (id, name, _, _, _) in enumerate(COUNTERS)
            ],
            "kiosks": [{"id": "k1", "at": [0.5, 0.82]}],
        }
    ],
}


SLIPS = [
    {"ticket": "t-1", "number": "C032", "paper": "unknown", "at": "2026-11-23T09:38:00+08:00"},
    {"ticket": "t-2", "number": "A014", "paper": "failed", "at": "2026-11-23T09:31:00+08:00"},
]


PAIRED = [
    {"id": id, "name": name, "kind": kind, "counter": counter, "by": "130", "at": "2026-11-20T09:00:00+08:00"}
    for id, name, kind, counter in (
        ("a1", "3 号窗口", "counter", "3"),
        ("b2", "二楼楼梯口对面墙上新装的大屏", "screen", ""),
    )
]


WAITING = [
    {"number": f"C0{n}", "service": "social", "state": state, "since": f"2026-11-23T09:{n}:00+08:00"}
    for n, state in ((33, "waiting"), (34, "held"), (35, "no_show"), (36, "waiting"))
]


def view(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(VIEW) | changes


def shut(reason: str = "closed", opens_at: str = "14:00") -> dict[str, Any]:
    """The view out of hours."""
    changed = view()
    for service in changed["services"]:
        service.update(open=False, reason=reason, opens_at=opens_at, waiting=0)
    for counter in changed["counters"]:
        counter.update(state="closed", ticket=None, waiting=0)
    changed["calls"] = []
    return changed


def asleep() -> dict[str, Any]:
    """The day is closed; the next one begins tomorrow."""
    changed = shut(opens_at="08:20")
    for service in changed["services"]:
        service["opens_on"] = "2026-11-24"
    return changed | {"asleep": True}


def floors() -> dict[str, Any]:
    """Counters 1 to 3 on one floor, 4 and 5 on another, 6 without."""
    changed = view()
    for counter in changed["counters"]:
        counter["floor"] = "1f" if counter["id"] in "123" else "2f" if counter["id"] in "45" else ""
    return changed


def crowded(counters: int = 12) -> dict[str, Any]:
    """Many counters with long names in two languages, and numbers of two letters."""
    changed = view()
    first = changed["counters"]
    changed["counters"] = [
        {
            **first[n % 6],
            "id": str(n + 1),
            "name": "退役军人和残疾人窗口",
            "second": "Veterans",
        }
        for n in range(counters)
    ]
    changed["calls"] = [
        {**call, "number": f"AB1{i}24", "counter": "12"} for i, call in enumerate(changed["calls"])
    ]
    changed["counters"][0]["ticket"]["number"] = "AB1024"
    return changed


def printer(state: str, code: str) -> dict[str, Any]:
    changed = view()
    changed["devices"][0].update(state=state, code=code)
    return changed


def many() -> dict[str, Any]:
    changed = view()
    more = [
        {**s, "id": f"{s['id']}-{n}", "icon": "file-text"} for n in (1, 2) for s in changed["services"][:7]
    ]
    changed["services"] += more
    return changed


def helped() -> dict[str, Any]:
    """Somebody at a touch screen has called for a person."""
    changed = view()
    changed["desk"]["helps"] = [{"id": "20261123-7", "kiosk": "k1", "at": "2026-11-23T09:38:00+08:00"}]
    return changed


def second_line() -> dict[str, Any]:
    changed = view()
    for service in changed["services"]:
        service["second"] = SECOND.get(service["id"], "In another language")
    return changed


def declared(kind: str, drill: bool = False) -> dict[str, Any]:
    changed = view()
    since = "2026-11-23T09:40:00+08:00"
    changed["desk"]["emergency"] = {"kind": kind, "drill": drill, "since": since}
    return changed


def paused() -> dict[str, Any]:
    changed = view()
    changed["desk"]["paused"] = ["k1"]
    return changed


def troubled() -> dict[str, Any]:
    """Devices of which two want a look."""
    changed = view()
    device = changed["devices"][0]
    changed["devices"] = [
        {**device, "state": "down", "code": "paper_out"},
        {**device, "id": "board-3", "kind": "board", "counter": "3", "state": "down", "code": "no_answer"},
        {**device, "id": "camera-1", "kind": "camera", "counter": "3"},
        {**device, "id": "rating-1", "kind": "rating", "counter": "1", "state": "unconfirmed"},
    ]
    return changed
