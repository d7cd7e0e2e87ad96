"""Why a call was lost, in the PBX's words. Source: `finish_reason` of Data API v2.0 and of the cabinet's reports."""

from __future__ import annotations

from collections.abc import Mapping

from telephony.domain.reasons import EndReason

# Source: the values of finish_reason in reports of Data API v2.0 (README.md, "Why a call was lost").
_WORDS = {
    EndReason.NOT_REGISTERED: "sip_offline",
    EndReason.BUSY: "operator_busy employee_busy employee_busy_after_call subscriber_busy",
    EndReason.NOT_PICKED_UP: "operator_not_responsible no_success_operator_call no_operator_confirmation timeout",
    EndReason.REJECTED: "operator_disconnects",
    EndReason.GAVE_UP: "subscriber_disconnects disconnect_before_call_processing transfer_disconnects",
    EndReason.OUTSIDE_HOURS: "group_inactive_by_schedule phone_group_inactive_by_schedule "
    "employee_inactive_by_schedule employee_phone_inactive_by_schedule",
    EndReason.NO_MONEY: "not_enough_money no_money",
    EndReason.LIMIT: "no_resources operator_channels_busy max_in_call_reached max_out_call_reached limit_exceeded "
    "action_interval_exceeded max_transition_count_exceeded too_many_identical_incoming_calls",
    EndReason.BLOCKED: "numa_in_black_list numa_in_spam_list numa_dnd_interval",
    EndReason.NOT_ALLOWED: "fmc_is_disabled fmc_is_locked sip_trunk_is_locked net_lock locked_phone app_is_inactive "
    "component_is_inactive call_not_allowed_on_tp locked_numb api_permission_denied api_ip_now_allowed "
    "api_ip_not_allowed in_call_not_allowed out_call_not_allowed in_call_not_allowed_by_status "
    "out_call_not_allowed_by_status internal_call_not_allowed internal_call_not_allowed_by_status "
    "external_call_not_allowed external_call_not_allowed_by_status",
    EndReason.NO_SUCH_NUMBER: "numb_not_exists",
    EndReason.UNREACHABLE: "subscriber_number_problems subscriber_not_responsible no_success_subscriber_call",
    EndReason.NOBODY: "employee_inactive employee_phone_inactive employee_status_break employee_status_do_not_disturb "
    "employee_status_not_at_workplace employee_status_not_at_work employee_status_auto_out_call "
    "no_operator_cdr_found no_active_scenario scenario_not_found no_operation incorrect_input incorrect_config "
    "processing_method_not_found numb_is_inactive",
    EndReason.PBX_ERROR: "operator_number_problems internal_error",
}
REASONS: Mapping[str, EndReason] = {word: reason for reason, words in _WORDS.items() for word in words.split()}
SUCCESSES = frozenset({"operator_answer", "another_operator_answer", "success_finish", "fax_session_done"})
"""Of calls that were answered."""


def read_reason(word: str, *, was_answered: bool) -> tuple[EndReason | None, str]:
    """What the word means and the word itself; nothing of an answered call: that somebody hung up then says nothing."""
    word = word.strip().lower()
    if was_answered or not word or word in SUCCESSES:
        return None, ""
    return REASONS.get(word), word
