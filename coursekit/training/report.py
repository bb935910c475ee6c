"""Files that an evaluation leaves behind."""

import json

from coursekit.training.evaluation import Evaluation, evaluate_run
from coursekit.training.files import disk_errors, whole_file, write_whole
from coursekit.training.gallery import show_mistakes
from coursekit.training.run_folder import RunFolder


def evaluate_and_write(folder: RunFolder, data: str | None = None) -> tuple[Evaluation, str]:
    """Judge a run as `evaluate_run` does; leave evaluation.json and mistakes.png in its folder.

    Returns what came out and the data set's name. Raises RunError as well when the folder cannot be
    written.
    """
    found, images, title = evaluate_run(folder.path, data)
    gallery = folder.path / "mistakes.png"
    with disk_errors(folder.path, "Make room and evaluate again."):
        text = json.dumps({"data": title, **found.to_json()}, indent=2, ensure_ascii=False)
        write_whole(folder.path / "evaluation.json", f"{text}\n".encode())
        gallery.unlink(missing_ok=True)
        if found.mistakes:
            with whole_file(gallery) as part:
                show_mistakes(images, found).save(part)
    return found, title
