using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Conductor.Storage.Slots;

/// <summary>
/// Reservations in files of slots below a folder. A server keeps one file, and with it the folder, to itself; a command that ends by itself has a file of its own
/// beside it. What a process leaves when it is killed, the next server finds, and so does the next command where it was a command's.
/// </summary>
public sealed partial class SlotReservationStore : IReservationStore, IDisposable
{
    /// <summary>The folder's name inside the data folder.</summary>
    public const string FolderName = "reservations";

    private const string ServerFile = "server.slots";
    private const string ServerProcess = "server.pid";
    private const int SlotsOfCommands = 1_024;

    // Tickets of other processes' places have this bit, so that no place of ours has the same one.
    private const long LeftBit = 1L << 62;

    private readonly string _folder;
    private readonly int _slots;
    private readonly ILogger<SlotReservationStore> _logger;
    private readonly Lock _gate = new();
    private readonly List<(SlotFile File, int Left)> _others = [];
    private IReadOnlyList<LeftReservation> _found = [];
    private ReservationPlaces? _places;
    private SlotFile? _file;
    private bool _isAlone;
    private bool _isDisposed;

    /// <param name="folder">Where the files are; made when it is missing.</param>
    /// <param name="slots">Places of a server; a file that once had more keeps them.</param>
    /// <param name="logger">Told of what cannot be read.</param>
    public SlotReservationStore(string folder, int slots, ILogger<SlotReservationStore> logger)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        _folder = Path.GetFullPath(folder);
        _slots = slots;
        _logger = logger;
    }

    /// <summary>What processes that have ended left in a folder, without taking anything over.</summary>
    /// <returns>Null while a server has the folder: what is in it is its own business then.</returns>
    /// <exception cref="StorageException">The files cannot be read.</exception>
    public static IReadOnlyList<LedgerRow>? Look(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        List<LedgerRow> rows = [];
        foreach (var path in Directory.EnumerateFiles(folder, "*.slots"))
        {
            try
            {
                using var file = SlotFile.OpenLeft(path);
                rows.AddRange(file.Read(out _).Where(one => one.Row is not null).Select(one => one.Row!));
            }
            catch (IOException) when (Path.GetFileName(path) == ServerFile)
            {
                return null;
            }
            catch (IOException)
            {
                // a command that runs
            }
            catch (UnauthorizedAccessException failure)
            {
                throw new StorageException($"The reservations in '{folder}' cannot be read: {failure.Message}", failure);
            }
        }

        return rows;
    }

    /// <inheritdoc/>
    public bool IsDurable => true;

    /// <inheritdoc/>
    public int Capacity => _places?.Capacity ?? _slots;

    /// <inheritdoc/>
    public int InUse => _places?.InUse ?? 0;

    /// <inheritdoc/>
    public IReadOnlyList<LeftReservation> Open(bool isAlone)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_file is null)
            {
                try
                {
                    PrivateFolder.Create(_folder);
                    _found = isAlone ? OpenServer() : OpenCommand();
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    _file?.Dispose();
                    _file = null;
                    throw new StorageException($"The reservations in '{_folder}' cannot be used: {failure.Message}", failure);
                }
            }

            var found = _found;
            _found = [];
            return found;
        }
    }

    /// <inheritdoc/>
    public bool TryReserve(LedgerRow row, out ReservationTicket ticket)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (_places is not { } places)
        {
            throw new InvalidOperationException("The reservations are not open.");
        }

        if (!places.TryTake(out ticket))
        {
            return false;
        }

        _file!.Reserve(places.Check(ticket), row);
        return true;
    }

    /// <inheritdoc/>
    public void Settle(ReservationTicket ticket, LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _file!.Settle(Places(ticket).Check(ticket), row);
    }

    /// <inheritdoc/>
    public void Release(ReservationTicket ticket)
    {
        if ((ticket.Value & LeftBit) != 0)
        {
            ReleaseLeft((int)((ticket.Value ^ LeftBit) >> 32));
            return;
        }

        var places = Places(ticket);
        _file!.Clear(places.Check(ticket));
        places.GiveBack(ticket);
    }

    /// <summary>Closes the files. What is still reserved stays there for the next process.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            foreach (var (other, _) in _others.Where(other => other.Left > 0))
            {
                other.Dispose();
            }

            if (_file is { } file && !_isAlone && InUse == 0)
            {
                file.Delete(); // nothing is left of a command that ended well
            }

            _file?.Dispose();
        }
    }

    private ReservationPlaces Places(ReservationTicket ticket) => _places ?? throw new ArgumentException("No place is taken by this ticket.", nameof(ticket));

    private List<LeftReservation> OpenServer()
    {
        _file = OpenOwn(Path.Combine(_folder, ServerFile), _slots);
        _isAlone = true;
        File.WriteAllText(Path.Combine(_folder, ServerProcess), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        var found = Read(_file);
        _places = new ReservationPlaces(_file.Count, found.Select(one => one.Slot).ToHashSet());
        return [.. found.Select(one => new LeftReservation(one.Row, ReservationPlaces.TicketOfLeft(one.Slot))), .. Adopt()];
    }

    private List<LeftReservation> OpenCommand()
    {
        var found = Adopt();
        var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Guid.NewGuid():N}.slots");
        _file = SlotFile.Open(Path.Combine(_folder, name), Math.Min(_slots, SlotsOfCommands));
        _places = new ReservationPlaces(_file.Count);
        return found;
    }

    private SlotFile OpenOwn(string path, int slots)
    {
        try
        {
            return SlotFile.Open(path, slots);
        }
        catch (IOException taken) when (taken.GetType() == typeof(IOException) && IsTaken(path))
        {
            throw new StorageException(
                $"The data folder '{Path.GetDirectoryName(_folder)}' is in use by another Conductor{Process()}. Stop that one, or give this one a folder of its own with '--data DIR' or 'storage.path'.",
                taken);
        }
    }

    private string Process()
    {
        try
        {
            return $" (process {File.ReadAllText(Path.Combine(_folder, ServerProcess))})";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static bool IsTaken(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return File.Exists(path);
        }
    }

    // Files of commands that ended without having closed theirs. One that is open is somebody's.
    private List<LeftReservation> Adopt()
    {
        List<LeftReservation> found = [];
        foreach (var path in Directory.EnumerateFiles(_folder, "*.slots").Where(path => Path.GetFileName(path) != ServerFile))
        {
            SlotFile file;
            try
            {
                file = SlotFile.OpenLeft(path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            var rows = Read(file);
            if (rows.Count == 0)
            {
                file.Delete();
                continue;
            }

            var number = _others.Count;
            _others.Add((file, rows.Count));
            found.AddRange(rows.Select(one => new LeftReservation(one.Row, new ReservationTicket(LeftBit | ((long)number << 32) | (uint)(one.Slot + 1)))));
        }

        return found;
    }

    private void ReleaseLeft(int number)
    {
        lock (_gate)
        {
            if (number >= _others.Count || _others[number].Left == 0)
            {
                throw new ArgumentException("No place is taken by this ticket.");
            }

            var (file, left) = _others[number];
            _others[number] = (file, left - 1);
            if (left == 1)
            {
                file.Delete(); // all of them at once: until the last row is in the ledger, all are found again
            }
        }
    }

    private List<(int Slot, LedgerRow Row)> Read(SlotFile file)
    {
        var slots = file.Read(out var damaged);
        if (damaged > 0)
        {
            // Only the loss of power can do that, or another program. What they held is kept for people to look at, and what can be read of it is booked.
            var copy = string.Create(CultureInfo.InvariantCulture, $"{file.Path}.{Guid.NewGuid():N}.damaged");
            file.CopyTo(copy);
            Log.Damaged(_logger, damaged, file.Path, copy);
            foreach (var (slot, _) in slots.Where(one => one.Row is null))
            {
                file.Clear(slot);
            }
        }

        return [.. slots.Where(one => one.Row is not null).Select(one => (one.Slot, one.Row!))];
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ReservationsDamaged, LogLevel.Critical, "{Count} reservations in {File} cannot be read as they were written; the file was copied to {Copy}")]
        public static partial void Damaged(ILogger logger, int count, string file, string copy);
    }
}
