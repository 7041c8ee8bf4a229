"""docs/security.md: every sentence and every row of a table is held by a test that is named here."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IMPORTS, FOREIGN, NAMES = (f"end_to_end/test_{name}.py" for name in ("imports", "foreign_files", "names"))
NETWORK, SHARED, FLAGS = (f"end_to_end/test_{name}.py" for name in ("network", "shared_server", "flags"))
TYPED = f"{IMPORTS}::test_code_named_on_the_command_line_is_refused_before_anything_is_imported"
WRITTEN = f"{IMPORTS}::test_code_named_in_a_config_of_someone_else_is_refused"
OFFERED = f"{IMPORTS}::test_what_hydra_itself_offers_is_still_there"
UNSAFE = "test_unsafe_calls.py::test_nothing_read_from_data_can_run_code"
AUDIT = "test_audit.py::test_an_audit_fails_on_what_is_known_and_says_when_it_could_not_look"
TELEMETRY = "test_telemetry.py::test_a_command_has_telemetry_off_unless_a_person_has_chosen"
ADVICE = "advice"  # what a person had better do, or what is not ours
HELD = {
    "What you can rely on": "test_security_page.py::test_every_sentence_has_its_tests",
    "`tests/test_security_page.py` names": "test_security_page.py::test_every_test_that_is_named_exists",
    "The project itself, Hydra and": f"{IMPORTS}::test_a_module_that_the_person_lists_is_imported "
    f"{IMPORTS}::test_a_module_that_the_person_s_own_config_lists_is_imported",
    "A named sweep, a case or a file": f"{WRITTEN} {IMPORTS}::test_another_primary_config_imports_nothing_either",
    "Components are chosen by name": TYPED,
    "Hydra's own part of a config": ADVICE,
    "So `runner/app/guard.py` looks": f"{TYPED} {WRITTEN}",
    "| `hydra.launcher`": f"{TYPED} {IMPORTS}::test_the_settings_of_an_installed_launcher_can_be_given",
    "| `hydra.job_logging`": f"{TYPED} {WRITTEN} {OFFERED} {IMPORTS}::test_a_log_option_of_someone_else_is_refused",
    "| `hydra.callbacks`": f"{TYPED} {WRITTEN}",
    "| `hydra.searchpath`": f"{TYPED} "
    f"{IMPORTS}::test_a_config_of_someone_else_says_which_files_are_read_and_where_results_go",
    "| `hydra.overrides`": f"{TYPED} {WRITTEN}",
    "| `hydra.job.name`": f"{TYPED} {OFFERED}",
    "| `${oc.env:NAME}`": f"{TYPED} {WRITTEN}",
    "Where a run trains": f"{WRITTEN} runner/plan/test_typed.py::"
    "test_overrides_of_a_job_that_nobody_typed_name_no_scheduler",
    "What you typed is taken": f"{WRITTEN} runner/plan/test_typed.py::test_a_scheduler_that_was_typed_is_used",
    "Of Hydra's flags": TYPED,
    "`--config-path`, `--config-dir` and": f"{IMPORTS}::test_another_primary_config_imports_nothing_either",
    "`--cfg`, `--info`, `--help`": f"{FLAGS}::test_a_flag_that_shows_something_trains_and_writes_nothing "
    f"{FLAGS}::test_completion_imports_nothing_that_a_config_names",
    "What shows a composed config": f"{FLAGS}::test_a_flag_that_shows_a_config_refuses_what_training_refuses "
    f"{FLAGS}::test_a_flag_that_composes_no_config_imports_nothing_that_one_names",
    "A config can still say": f"{IMPORTS}::"
    "test_a_config_of_someone_else_says_which_files_are_read_and_where_results_go",
    "An installed plugin decides": ADVICE,
    "Python imports from the working folder": ADVICE,
    "A file there that hides a module": "end_to_end/test_working_folder.py::"
    "test_a_file_that_hides_a_module_is_named_in_one_sentence "
    "end_to_end/test_working_folder.py::test_a_file_that_ends_python_itself_is_named_by_python "
    "end_to_end/test_working_folder.py::test_a_file_with_the_name_of_the_program_is_run_in_its_place",
    "| `outputs/*/plan.json`": "runner/store/test_folder.py::"
    "test_a_plan_that_was_changed_by_hand_is_refused_with_its_folder "
    "end_to_end/test_stale_results.py::test_resume_names_an_imported_module_or_a_declared_file_that_changed",
    "| `outputs/*/diagnosis.json`": "runner/conduct/test_explaining.py::test_a_damaged_file_says_nothing",
    "| `weights.npz`": f"{FOREIGN}::test_weights_of_someone_else_run_no_code "
    f"{FOREIGN}::test_results_of_someone_else_run_no_code "
    f"{FOREIGN}::test_weights_that_would_unpack_to_much_more_are_refused_before_they_are_read",
    "| `snapshots.npy`": f"{FOREIGN}::test_snapshots_of_someone_else_run_no_code",
    "| `history.parquet`": f"{FOREIGN}::test_a_table_of_a_history_is_bounded_and_of_numbers",
    "| configs, also stored ones": f"{FOREIGN}::test_a_config_with_tags_of_python_is_refused "
    f"{FOREIGN}::test_a_config_has_at_most_a_hundred_levels_and_a_million_values "
    f"{FOREIGN}::test_a_stored_config_that_is_endless_is_refused_at_once",
    "| data ": f"{FOREIGN}::test_formulas_and_code_in_a_table_are_text "
    f"{FOREIGN}::test_arrays_of_someone_else_run_no_code "
    "runner/datasets/test_idx.py::test_a_wrong_file_is_one_sentence",
    "| `expect:`": "runner/plan/test_expectations_refused.py::"
    "test_nothing_that_a_user_writes_raises_and_what_is_refused_before_does_not_hold_after "
    "runner/datasets/test_function.py::test_what_cannot_be_a_data_set_is_one_sentence",
    "Nothing is ever unpickled": UNSAFE,
    "Only regular files are read": "runner/plan/test_clear_refusals.py::test_a_pipe_and_a_device_are_no_files "
    f"{FOREIGN}::test_a_pipe_in_place_of_a_config_is_an_error_and_is_not_waited_for "
    f"{FOREIGN}::test_a_pipe_in_place_of_a_stored_config_is_an_error_and_is_not_waited_for "
    "runner/store/test_folder.py::test_a_pipe_in_place_of_a_plan_is_refused_and_not_waited_for "
    "runner/runs/test_model.py::test_a_pipe_in_place_of_weights_is_refused_and_not_waited_for",
    "What is not plain data": f"{FOREIGN}::test_a_table_that_is_none_runs_no_code "
    f"{FOREIGN}::test_starting_from_weights_of_someone_else_is_refused_on_the_command_line",
    "One door is MLflow's": f"{FOREIGN}::"
    "test_a_model_of_someone_else_is_loaded_by_mlflow_with_the_code_that_it_names",
    "Use it on your own store": ADVICE,
    "Columns, classes, files, sweeps": f"{NAMES}::test_columns_and_classes_may_be_called_anything "
    f"{NAMES}::test_a_sweep_over_files_and_columns_of_any_spelling_has_runs_with_names_that_can_be_shown",
    "On a terminal, in messages": f"{NAMES}::test_a_message_about_a_name_does_not_steer_the_terminal "
    "runner/base/test_texts.py::test_what_steers_a_terminal_or_reorders_text_is_shown_as_its_escape",
    "In pictures names are text": f"{NAMES}::test_classes_of_all_spellings_at_once_are_drawn_and_kept "
    f"{NAMES}::test_latex_is_never_called_even_where_a_person_s_own_figures_use_it",
    "No name of a config, column": f"{NAMES}::test_columns_and_classes_may_be_called_anything",
    "A sweep's file whose name": f"{NAMES}::"
    "test_a_sweep_file_whose_name_steers_the_terminal_is_left_out_and_reported",
    "A run opens no port": f"{NETWORK}::test_a_sweep_with_workers_opens_no_port "
    f"{NETWORK}::test_a_dask_cluster_of_our_own_listens_on_the_loopback_address_alone "
    f"{NETWORK}::test_who_has_no_certificate_cannot_talk_to_a_dask_cluster_of_our_own",
    "Workers in jobs of a batch": "runner/train/test_queues.py::test_a_queue_gets_the_job_that_the_settings_say "
    "runner/train/test_certificates.py::test_the_folder_of_a_process_at_work_stays_until_its_end",
    "A Dask scheduler of your own": ADVICE,
    "`mlflow ui` listens": f"{NETWORK}::test_mlflow_ui_listens_on_the_loopback_address_alone",
    "The commands of this program send": f"{NETWORK}::test_commands_talk_to_nobody {TELEMETRY}",
    "So do `make ui`": "test_telemetry.py::test_make_ui_starts_mlflow_without_telemetry "
    "test_telemetry.py::test_the_shared_server_starts_without_telemetry",
    "A plain `mlflow ui`": ADVICE,
    "The server of `deploy/server.sh`": f"{SHARED}::test_no_password_is_in_a_command_line "
    f"{SHARED}::test_nobody_without_an_account_is_answered "
    "end_to_end/test_server_script.py::test_the_server_does_not_start_with_a_password_that_all_know_or_none",
    "Secrets are in the environment": "end_to_end/test_server_script.py::"
    f"test_the_file_of_secrets_is_made_for_its_owner_alone {SHARED}::test_no_password_is_in_a_command_line",
    "Of an account the database": f"{SHARED}::"
    "test_of_an_account_the_database_has_a_digest_with_a_salt_of_its_own",
    "The runner prints no password": f"{SHARED}::test_no_password_is_printed_or_kept "
    "runner/store/test_address.py::test_a_password_is_not_shown",
    "`make audit` looks up": AUDIT,
    "CI does the same": f"{AUDIT} test_ci.py::"
    "test_make_check_has_style_types_known_vulnerabilities_all_tests_and_the_costs_of_planning",
    "Where no index of advisories": AUDIT,
}  # fmt: skip


def statements() -> list[str]:
    """Sentences and rows of the page; headings and those of tables say nothing."""
    found: list[str] = []
    for block in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").split("\n\n"):
        if block.startswith("|"):
            found += block.splitlines()[2:]
        elif not block.startswith("#"):
            found += re.split(r"(?<=\.)\s+", " ".join(block.split()))
    return found


@pytest.mark.parametrize("statement", statements(), ids=lambda text: text[:40])
def test_every_sentence_has_its_tests(statement: str) -> None:
    assert [start for start in HELD if statement.startswith(start)], f"no test holds: {statement}"


@pytest.mark.parametrize("start", HELD)
def test_every_test_that_is_named_exists(start: str) -> None:
    assert [text for text in statements() if text.startswith(start)], f"the page does not say any more: {start}"
    for named in HELD[start].split() if HELD[start] != ADVICE else ():
        file, _, function = named.partition("::")
        assert f"\ndef {function}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), named
