import shutil
import threading

import pytest

from export.server import loaded
from export.server import status
from export.server import versions
from export.server import warmup
from export.server.policy import Policy

from ...serving import tiny_models

pytestmark = pytest.mark.slow

State = versions.State


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Versions to copy from: 1 to 3 work, `broken` lacks its variables."""
    folder = tmp_path_factory.mktemp("saved")
    for number in (1, 2, 3):
        tiny_models.save(tiny_models.Plus(number), folder / str(number))
    shutil.copytree(folder / "1", folder / "broken")
    shutil.rmtree(folder / "broken" / "variables")
    return folder


@pytest.fixture
def model(tmp_path):
    def warm_up(model):
        warmup.replay(model.directory, lambda request: None)

    made = versions.Model(
        "plus", tmp_path / "plus", policy=Policy(), warm_up=warm_up
    )
    (tmp_path / "plus").mkdir()
    yield made
    made.close()


def publish(saved, model, number, name=None):
    shutil.copytree(saved / str(name or number), model.folder / str(number))
    model.poll()


def states(model):
    return {each.number: each.state for each in model.versions()}


def number_in_use(model):
    with model.use() as version:
        return version.number


def test_the_latest_version_takes_over(saved, model):
    publish(saved, model, 1)
    publish(saved, model, 2)

    assert number_in_use(model) == 2
    assert states(model) == {2: State.AVAILABLE, 1: State.END}


@pytest.mark.parametrize(
    "policy", [Policy(latest=2), Policy(specific=(1, 2), labels={"old": 1})]
)
def test_a_policy_keeps_more_of_them(saved, model, policy):
    model.policy = policy
    publish(saved, model, 1)
    publish(saved, model, 2)

    with model.use(1) as first, model.use() as second:
        assert (first.number, second.number) == (1, 2)
    if policy.labels:
        with model.use(label="old") as labelled:
            assert labelled.number == 1


def test_a_version_that_fails_ends_and_the_one_before_it_stays(saved, model):
    publish(saved, model, 1)
    publish(saved, model, 2, "broken")

    assert number_in_use(model) == 1
    assert states(model) == {2: State.END, 1: State.AVAILABLE}
    failed = model.versions()[0]
    assert failed.error.code != status.StatusCode.OK
    assert failed.error.message


def test_a_version_that_failed_is_not_tried_again_until_it_went(saved, model):
    publish(saved, model, 2, "broken")
    shutil.copytree(saved / "2" / "variables", model.folder / "2" / "variables")
    model.poll()
    assert states(model) == {2: State.END}

    shutil.rmtree(model.folder / "2")
    model.poll()
    publish(saved, model, 2)

    assert states(model) == {2: State.AVAILABLE}


def test_an_empty_folder_ends(saved, model):
    publish(saved, model, 1)
    (model.folder / "2").mkdir()
    model.poll()

    assert states(model) == {2: State.END, 1: State.AVAILABLE}
    assert model.versions()[0].error.code == status.StatusCode.NOT_FOUND


def test_removing_the_newest_version_goes_back(saved, model):
    publish(saved, model, 1)
    publish(saved, model, 2)
    shutil.rmtree(model.folder / "2")
    model.poll()

    assert number_in_use(model) == 1
    assert states(model) == {2: State.END, 1: State.AVAILABLE}


def test_without_versions_there_is_nothing_to_serve(saved, model):
    publish(saved, model, 1)
    shutil.rmtree(model.folder)
    model.poll()

    with pytest.raises(status.StatusError, match="Latest"):
        number_in_use(model)


@pytest.mark.parametrize("name", ["v9", "9.tmp", ".10", "-1", "1e3"])
def test_drafts_are_passed_over(saved, model, name):
    publish(saved, model, 1)
    publish(saved, model, name, "2")

    assert states(model) == {1: State.AVAILABLE}


def test_zeros_before_a_version_do_not_count(saved, model):
    publish(saved, model, "007", "1")

    assert number_in_use(model) == 7


def test_an_old_version_answers_what_it_began(saved, model):
    publish(saved, model, 1)
    shutil.copytree(saved / "2", model.folder / "2")

    with model.use() as version:
        polling = threading.Thread(target=model.poll)
        polling.start()
        while states(model)[1] != State.UNLOADING:
            assert polling.is_alive()
        # New requests are already the new version's.
        assert number_in_use(model) == 2
        assert version.number == 1
        assert version.model is not None
        with pytest.raises(status.StatusError, match="Specific"):
            model.use(1).__enter__()
    polling.join()

    assert version.model is None
    assert states(model) == {2: State.AVAILABLE, 1: State.END}


def test_a_new_version_is_warm_before_the_old_one_goes(saved, model):
    publish(saved, model, 1)
    seen = []
    model._warm_up = lambda new: seen.append((number_in_use(model), new))
    publish(saved, model, 2)

    [(number, new)] = seen
    assert number == 1
    assert isinstance(new, loaded.LoadedModel)


def test_a_version_whose_warm_up_fails_ends(saved, model):
    publish(saved, model, 1)

    def refuse(new):
        raise status.invalid("not so")

    model._warm_up = refuse
    publish(saved, model, 2)

    assert number_in_use(model) == 1
    assert model.versions()[0].error.message == "not so"


def test_a_newest_version_that_failed_is_told(saved, model):
    publish(saved, model, 1)
    assert model.failed() is None
    publish(saved, model, 2, "broken")
    assert model.failed() == 2

    publish(saved, model, 3)
    assert model.failed() is None
