"""Writes Minecraft worlds with libraries that are not ours, and compares files by them.

usage: worlds.py write FOLDER VERSION        a world as that version of the game leaves it
       worlds.py compare BEFORE AFTER        the names in two level.dat that differ in nothing else
"""

import pathlib
import sys

import anvil
import nbtlib
from nbtlib.tag import Byte, Compound, Double, Int, IntArray, List, Long, String

NAME = "W\u00f6rld \u20ac"
UUID = "00000001-0000-0002-0000-000300000004"
CLOCK = 412 * 24000 + 6000


def write(folder, version):
    folder.mkdir(parents=True)
    data = Compound({"LevelName": String(NAME), "LastPlayed": Long(1786737600000), "Time": Long(31 * 3600 * 20)})
    player = Compound({"Pos": List[Double]([Double(-0.5), Double(64.0), Double(300.9)])})
    player["Dimension"] = Int(-1) if version in ("beta", "1.8", "1.12") else String("minecraft:the_nether")
    if version == "beta":
        data.update({"version": Int(19132), "Time": Long(CLOCK), "Player": player})
    elif version == "26.1":
        settings = {"difficulty": String("hard"), "hardcore": Byte(1), "locked": Byte(0)}
        data.update({
            "difficulty_settings": Compound(settings),
            "GameType": Int(0),
            "DataVersion": Int(4786),
            "Version": Compound({"Name": String("26.1"), "Id": Int(4786)}),
            "singleplayer_uuid": IntArray([1, 2, 3, 4]),
        })
        save(folder / f"players/data/{UUID}.dat", player)
        clock = Compound({"total_ticks": Long(CLOCK)})
        clocks = Compound({"minecraft:overworld": clock, "minecraft:the_end": Compound({"total_ticks": Long(1)})})
        save(folder / "data/minecraft/world_clocks.dat", Compound({"data": clocks, "DataVersion": Int(4786)}))
    else:
        data.update({
            "GameType": Int(0),
            "Difficulty": Byte(3),
            "hardcore": Byte(1),
            "DayTime": Long(CLOCK),
            "Player": player,
            "version": Int(19133),
        })
        if version != "1.8":
            data["Version"] = Compound({"Name": String(version), "Id": Int(1)})
            data["DataVersion"] = Int(1)
    save(folder / "level.dat", Compound({"Data": data}))
    regions(folder, "mcr" if version == "beta" else "mca")


def save(path, root):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbtlib.File(root, gzipped=True).save(path)


def regions(folder, end):
    """Chunks that are large and small, in two regions; a third that holds none."""
    (folder / "region").mkdir()
    for x in (0, -1):
        region = anvil.EmptyRegion(x, 0)
        kinds = [anvil.Block("minecraft", name) for name in ("stone", "dirt", "glass", "water")]
        for number in range(400):
            column, deep = number % 60, number * 7 % 50
            region.set_block(kinds[number % 4], x * 512 + column, number % 200, deep)
        region.save(str(folder / f"region/r.{x}.0.{end}"))
    (folder / f"region/r.1.0.{end}").write_bytes(b"")
    for x in (0, -1):
        region = anvil.Region.from_file(str(folder / f"region/r.{x}.0.{end}"))
        assert region.chunk_data(0, 0) is not None or x == -1


def compare(before, after):
    names = []
    files = [nbtlib.load(path) for path in (before, after)]
    for file in files:
        assert file.gzipped
        names.append(str(file["Data"].pop("LevelName")))
    assert files[0] == files[1], "more than the name differs"
    print("\n".join(names))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(pathlib.Path(sys.argv[2]), sys.argv[3])
    else:
        compare(sys.argv[2], sys.argv[3])
