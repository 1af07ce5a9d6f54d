using Attribution.Data.Store;
using Attribution.Tests.Child;

// judge store-folder server answers
if (args[0] == "judge")
{
    using var judging = new ArtifactStore(args[1]);
    Console.WriteLine(JudgeWork.Run(judging, new Uri(args[2]), int.Parse(args[3])));
    return;
}

// trak folder
if (args[0] == "trak")
{
    Console.WriteLine(TrakWork.Hash(args[1]));
    return;
}

// vectors family dtype threads
if (args[0] == "vectors")
{
    Console.WriteLine(VectorWork.Check(args[1], args[2], int.Parse(args[3])));
    return;
}

// old-library file: TorchSharp's library, loaded from memory with a weak need of libstdc++
if (args[0] == "old-library")
{
    Console.WriteLine(LibraryWork.LoadFromMemory(args[1]));
    return;
}

// broken-library file: what is said of a library that does not load
if (args[0] == "broken-library")
{
    Console.WriteLine(LibraryWork.WhyNot(args[1]));
    return;
}

// garbage: fine-tuning, generation and vectors while garbage is collected all the time
if (args[0] == "garbage")
{
    Console.WriteLine(GarbageWork.Check());
    return;
}

// footer file
if (args[0] == "footer")
{
    Console.WriteLine(FooterWork.Open(args[1]));
    return;
}

// duckdb
if (args[0] == "duckdb")
{
    Console.WriteLine(DuckDbWork.WithoutLibrary());
    return;
}

// store-folder log-folder go-file milliseconds single|blocks [rows]
var (root, log, go) = (args[0], args[1], args[2]);
using var store = new ArtifactStore(root, notify: e => Console.WriteLine($"event {e.Kind}"));
var work = new StoreWork(store, log, int.Parse(args[3]));
Console.WriteLine("ready");
while (!File.Exists(go))
    Thread.Sleep(1);
Console.WriteLine(args[4] == "single"
    ? work.Single().Produced ? "produced" : "taken"
    : work.Blocks(int.Parse(args[5])).Progress.ToString());
