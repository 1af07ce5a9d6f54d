using System.Text;
using Attribution.Data.Store;

namespace Attribution.Tests.Data.Store;

/// <summary>
/// A folder as one of several machines sees it that share it over a network: with a clock that is the server's, with a "no" that is remembered, with locks that
/// other machines see or do not, and that a dead machine may keep.
/// </summary>
/// <param name="node">The machine.</param>
/// <param name="server">What all machines see.</param>
internal sealed class NetworkFiles(string node, NetworkFiles.Server server) : StoreFiles
{
    private readonly HashSet<string> _missing = [];
    private bool _isDead;

    public override string Node => node;

    public override bool IsShared(string folder) => true;

    public override DateTime Now(string folder) => server.Now;

    public override void Stamp(FileStream file)
    {
        if (_isDead)
            return;
        RandomAccess.Write(file.SafeFileHandle, Encoding.UTF8.GetBytes(Node + "\n"), 0);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, server.Now);
    }

    /// <summary>How many of the next files to be opened alone another machine has deleted a moment ago.</summary>
    public int Stale { get; set; }

    public override FileStream OpenAlone(string path) => Stale-- > 0 ? throw new IOException("Stale file handle", OperatingSystem.IsMacOS() ? 70 : 116)
        : new LockedFile(path, this, server, isAlone: true);

    public override FileStream OpenShared(string path) => new LockedFile(path, this, server, isAlone: false);

    public override bool FolderExists(string path)
    {
        if (_missing.Contains(path))
            return false;
        var there = base.FolderExists(path);
        if (!there)
            _missing.Add(path);
        return there;
    }

    public override void Refresh(string folder) => _missing.RemoveWhere(path => path.StartsWith(folder, StringComparison.Ordinal));

    /// <summary>The machine loses its power: nobody speaks for it any more.</summary>
    public void Kill()
    {
        _isDead = true;
        if (!server.LocksLinger)
            lock (server)
                server.Locks.RemoveAll(held => held.Node == node);
    }

    /// <summary>Time passes for all machines; those that live say so.</summary>
    public static void Pass(TimeSpan time, Server server, params NetworkFiles[] machines)
    {
        for (var end = server.Ahead + time; server.Ahead < end; server.Ahead += Lease.Beat)
            foreach (var machine in machines)
                Lease.BeatAll(machine);
    }

    /// <summary>What all machines see.</summary>
    internal sealed class Server
    {
        /// <summary>Whether a lock holds on its machine only, as with <c>local_lock</c>.</summary>
        public bool LocksAreLocal { get; init; }

        /// <summary>Whether a machine that dies keeps its locks.</summary>
        public bool LocksLinger { get; init; }

        public TimeSpan Ahead { get; set; } = TimeSpan.FromHours(-7); // no machine's clock is the server's

        public DateTime Now => DateTime.UtcNow + Ahead;

        public List<(ulong Inode, string Node, bool IsAlone, object Holder)> Locks { get; } = [];
    }

    private sealed class LockedFile : FileStream
    {
        private readonly Server _server;

        public LockedFile(string path, NetworkFiles machine, Server server, bool isAlone)
            : base(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1)
        {
            _server = server;
            var inode = FileIdentity.Of(SafeFileHandle).Inode;
            lock (server)
            {
                if (!server.Locks.Exists(held => held.Inode == inode && (isAlone || held.IsAlone) && (!server.LocksAreLocal || held.Node == machine.Node)))
                {
                    server.Locks.Add((inode, machine.Node, isAlone, this));
                    return;
                }
            }
            Dispose();
            throw new IOException("held", OperatingSystem.IsMacOS() ? 35 : 11);
        }

        protected override void Dispose(bool disposing)
        {
            if (_server is not null)
                lock (_server)
                    _server.Locks.RemoveAll(held => held.Holder == this);
            base.Dispose(disposing);
        }
    }
}
