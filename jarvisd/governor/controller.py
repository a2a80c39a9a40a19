"""Decides how much of the machine speech may have while a language model shares it.

Pure: the load in, a decision out, the time inside the load. Rules, in this order: the first
utterance of a reply has no limit; speech has no limit while playback is about to run out of audio;
otherwise the model gets the CPU that speech does not need, and more while it loses speed. It must
never make playback wait for the model if the host could do both.
"""

from jarvisd.governor.slots import Slots
from jarvisd.governor.values import Decision, GovernorLimits, HostLoad, Phase

# Beside what one more utterance takes, this much audio must always be ready.
RESERVE_S = 1.0
# A shared processor makes an utterance more slowly than a measured one did.
CAUTION = 1.5
# Between the two marks nothing changes. Producers start again at half of the look-ahead, so that
# the marks must lie below: otherwise speech would never be ahead enough.
MARKS_APART_S = 3.0
LOW_SHARE, HIGH_SHARE = 0.35, 0.45
# To keep pace a worker needs what it costs, and some more for the model's neighbourhood.
PACE_MARGIN = 1.15
FIRST_OFFER = 1.5
STEP_DOWN = 0.8
ADJUST_S = 1.0
# Every time that the share turned out too small it may not become that small again.
# Nor is a smaller share tried again before long: two loads would take turns for ever.
LESSON, MOST_LESSON = 2.0, 4.0
LESSON_S = 8.0
UNKNOWN_COST = 0.5
# Playback that was dry for so much of so long a time, with everything, will be dry again: then
# both get half.
DRY_WINDOW_S = 30.0
DRY_SHARE = 0.3
DRY_S = 0.05
YIELDING = 5  # the weight's divisor while giving way


class Controller:
    """Decides for one machine. ``decide`` returns the same object until the decision changes."""

    def __init__(self, limits: GovernorLimits) -> None:
        self._limits = limits
        self._phase: Phase = "rest"
        self._since = 0.0
        self._quota: float | None = None
        self._adjusted_at = 0.0
        self._lesson = 1.0
        self._floor = 0.0
        self._dry_s = 0.0
        self._not_before = 0.0
        self._looked_at = 0.0
        self._slots = Slots(limits.slots)
        self.decision = self._decision("idle")

    def rest(self) -> Decision:
        """No reply runs: no limits for the next one."""
        self._phase, self._quota, self._lesson, self._not_before = "rest", None, 1.0, 0.0
        self._slots.open = 1
        return self._settle(self._decision("idle"))

    def decide(self, load: HostLoad) -> Decision:
        """The decision for this load; ``load.now`` never goes back."""
        if load.slack_s is not None and load.slack_s < DRY_S:
            self._dry_s += min(load.now - self._looked_at, ADJUST_S)
        self._looked_at = load.now
        if load.first_pending:
            self._enter("first", load.now)
        elif load.working:
            self._weigh(load)
        elif self._phase == "first":
            self._enter("catching-up", load.now)
        reason = self._act(load)
        return self._settle(self._decision(reason))

    # --- which phase ----------------------------------------------------------------------------

    def _weigh(self, load: HostLoad) -> None:
        slack, (low, high) = load.slack_s or 0.0, self.marks(load)
        if self._phase in ("rest", "first"):
            self._enter("giving-way" if slack >= high else "catching-up", load.now)
        elif self._phase == "giving-way" and slack < low:
            self._lesson = min(self._lesson * LESSON, MOST_LESSON)
            self._enter("catching-up", load.now)
            self._not_before = load.now + LESSON_S * self._lesson
        elif self._phase in ("catching-up", "sharing") and slack >= high:
            if load.now >= self._not_before:
                self._enter("giving-way", load.now)
        elif self._phase == "catching-up" and self._is_lost(load):
            self._enter("sharing", load.now)
        elif self._phase == "sharing" and not load.generating:
            self._enter("catching-up", load.now)

    def marks(self, load: HostLoad) -> tuple[float, float]:
        """Seconds of audio: below the first speech has priority, above the second the model."""
        cost = UNKNOWN_COST if load.cost is None else load.cost
        needed = RESERVE_S + CAUTION * cost * load.utterance_s
        low = min(needed, LOW_SHARE * self._limits.look_ahead_s)
        return low, min(low + MARKS_APART_S, HIGH_SHARE * self._limits.look_ahead_s)

    def _is_lost(self, load: HostLoad) -> bool:
        """Whether playback runs out of audio even without a limit."""
        tried_s = load.now - self._since
        dry = self._dry_s >= DRY_SHARE * tried_s >= DRY_SHARE * DRY_WINDOW_S
        return dry and load.generating and self._too_much(load)

    def _enter(self, phase: Phase, now: float) -> None:
        if phase == self._phase:
            return
        if self._phase == "rest":
            self._slots.begin(now)
        self._phase, self._since, self._dry_s = phase, now, 0.0

    # --- what to do in it -----------------------------------------------------------------------

    def _act(self, load: HostLoad) -> str:
        match self._phase:
            case "giving-way":
                self._slots.close_all(load.now)
                return self._give_way(load)
            case "sharing":
                self._slots.close_all(load.now)
                return self._share(load)
            case "catching-up":
                self._quota = None
                self._slots.follow(load, crowded=self._too_much(load))
                high = self.marks(load)[1]
                return f"less than {high:.1f} s ahead of playback: no limit"
            case "first":
                self._quota = None
                self._slots.follow(load, crowded=self._too_much(load))
                return "first utterance of a reply: no limit"
            case "rest":
                return "idle"

    def _give_way(self, load: HostLoad) -> str:
        if not load.working:
            return self.decision.reason
        if not load.generating:
            self._quota = None
            return "far enough ahead of playback and the model is idle: no limit"
        if self._quota is None:
            wanted = self._cost(load) * self._lesson
            self._floor = max(self._limits.min_quota, wanted * PACE_MARGIN)
            self._quota = max(self._limits.min_quota, wanted * FIRST_OFFER)
            self._adjusted_at = load.now
            return "far enough ahead of playback: the model gets the rest"
        if self._too_much(load) and load.now - self._adjusted_at >= ADJUST_S:
            self._adjusted_at = load.now
            if self._quota > self._floor:
                self._quota = max(self._floor, self._quota * STEP_DOWN)
                return f"the model lost {_percent(load.loss)} of its speed: less for speech"
        return self.decision.reason

    def _share(self, load: HostLoad) -> str:
        if self._quota is None:
            self._quota = max(self._limits.min_quota, min(1.0, self._cost(load)) / 2)
        return "speech cannot keep up even without a limit: half of the CPU goes to the model"

    def _cost(self, load: HostLoad) -> float:
        return UNKNOWN_COST if load.cost is None else load.cost

    def _too_much(self, load: HostLoad) -> bool:
        """Whether the model loses more than allowed; an unknown loss counts as too much."""
        loss = load.loss
        return loss is None or loss > self._limits.max_loss

    # --- the outcome ----------------------------------------------------------------------------

    def _decision(self, reason: str) -> Decision:
        limits = self._limits
        weight = limits.weight
        if self._phase in ("giving-way", "sharing") and self._quota is not None:
            weight = max(1, weight // YIELDING)
        quota = self._quota
        if limits.quota is not None:
            quota = limits.quota if quota is None else min(quota, limits.quota)
        return Decision(
            slots=limits.fixed_slots or self._slots.open,
            weight=limits.fixed_weight or weight,
            quota=limits.fixed_quota or (None if quota is None else round(quota, 3)),
            phase=self._phase,
            reason=reason,
        )

    def _settle(self, decision: Decision) -> Decision:
        if not decision.same_outputs(self.decision) or decision.phase != self.decision.phase:
            self.decision = decision
        return self.decision


def _percent(share: float | None) -> str:
    return "an unknown part" if share is None else f"{share:.0%}"
