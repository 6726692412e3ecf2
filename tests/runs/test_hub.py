"""Runs on the hub, as far as that goes without a network: its own cache."""

import pathlib

import pytest

import tf_fingerprint
from tf_fingerprint import errors
from tf_fingerprint.runs import directory
from tf_fingerprint.runs import hub

huggingface_hub = pytest.importorskip("huggingface_hub")
constants = pytest.importorskip("huggingface_hub.constants")

NAME = "hf://someone/cats"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """A cache of its own, and no network, as `HF_HUB_OFFLINE=1` has it."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def kept(tmp_path):
    """The package's own run as the hub's library keeps what it fetched."""
    repository = tmp_path / "cache" / "models--someone--cats"
    folder = repository / "snapshots" / COMMIT
    folder.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    for name, path in hub.files_of(directory.SHIPPED).items():
        if isinstance(path, bytes):
            (folder / name).write_bytes(path)
        else:
            (folder / name).symlink_to(path)
    return folder


def test_what_was_fetched_opens_by_its_name(kept):
    assert hub.fetched(NAME) == kept
    assert hub.fetched(f"{NAME}@{COMMIT}") == kept
    run = tf_fingerprint.load(NAME)

    assert run.generator_digest == tf_fingerprint.load().generator_digest


@pytest.mark.parametrize("has_card", [True, False])
def test_the_hub_can_read_the_card(tmp_path, has_card):
    if has_card:
        own = (directory.SHIPPED / "MODEL_CARD.md").read_text("utf-8")
        (tmp_path / "MODEL_CARD.md").write_text(own)

    text = hub.files_of(tmp_path)["README.md"].decode()

    card = huggingface_hub.ModelCard(text)
    assert card.data.library_name == "keras"
    assert card.text.lstrip().startswith("# ")
    assert (own in text) if has_card else True


def test_checkpoints_and_secrets_stay_at_home(tmp_path):
    for name in ("config.toml", "registry.db", "key.pem", "checkpoints/a.h5"):
        path = tmp_path / "run" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.touch()

    pushed = hub.files_of(tmp_path / "run")
    assert set(pushed) == {"config.toml", "README.md"}


def test_what_was_never_fetched_is_named():
    with pytest.raises(errors.RunError, match="hf://someone/cats: .* fetched"):
        hub.fetched(NAME)


def test_nothing_is_pushed_without_a_network(tmp_path):
    with pytest.raises(errors.RunError, match="can't be pushed.*offline"):
        hub.pushed(directory.SHIPPED, NAME)


@pytest.mark.parametrize(
    "name", ["hf://", "hf://cats", "hf://a/b/c", "hf://a/b@"]
)
def test_other_names_are_refused(name):
    with pytest.raises(errors.RunError, match="named `hf://OWNER/NAME`"):
        hub.fetched(name)


def test_a_folder_is_no_name():
    assert not hub.is_name("runs/cats")
    assert not hub.is_name(pathlib.Path("hf:/a/b"))
