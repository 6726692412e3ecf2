from tf_fingerprint import registry
from tf_fingerprint.attribution import reading

from .. import tiny_codec
from ..tiny_codec import codec_run as codec_run
from ..tiny_codec import codec_run_dir as codec_run_dir
from ..tiny_run import issue_what_is_read


def test_candidates_are_read_or_taken_as_they_are(codec_run, tmp_path):
    [image] = tiny_codec.photographs(1)
    path = tmp_path / "registry.db"
    issue_what_is_read(codec_run, image, path)

    read = reading.candidates_of(codec_run, path)

    with registry.open_store(path) as store:
        again = reading.candidates_of(codec_run, store)
    assert len(read) == len(again) == 1
    assert reading.candidates_of(codec_run, read) is read
