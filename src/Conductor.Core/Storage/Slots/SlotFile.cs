using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Conductor.Storage.Slots;

/// <summary>
/// One file of slots, mapped into memory: what is written there is the system's to keep from that moment on, and outlives a process that is killed. Whoever has
/// it open has it alone. Every block of it exists before it is mapped: a full disk is told at the start, not by a fault in the middle of a call.
/// </summary>
internal sealed class SlotFile : IDisposable
{
    private const int HeadSize = 4096;
    private const int WritingSize = 64 * 1024;
    private static ReadOnlySpan<byte> Magic => "CNDRSLT1"u8;

    private readonly FileStream _file;
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;

    private SlotFile(FileStream file, int slots)
    {
        _file = file;
        Count = slots;
        if (slots > 0)
        {
            _map = MemoryMappedFile.CreateFromFile(file, null, file.Length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            _view = _map.CreateViewAccessor(0, file.Length, MemoryMappedFileAccess.ReadWrite);
        }
    }

    public string Path => _file.Name;

    /// <summary>Slots in the file.</summary>
    public int Count { get; }

    /// <summary>Opens a file with at least so many slots, made or extended where it is not there or shorter.</summary>
    /// <exception cref="IOException">Somebody else has it, the disk is full, or it is not a file of slots.</exception>
    public static SlotFile Open(string path, int slots)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        try
        {
            var known = SlotsOf(file);
            var count = Math.Max(known, slots);
            if (known < count)
            {
                Extend(file, HeadSize + ((long)count * SlotLayout.Size));
                WriteHead(file);
            }

            return new SlotFile(file, count);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that a process left, to read it and to delete it.</summary>
    /// <exception cref="IOException">Somebody has it, or it is not a file of slots.</exception>
    public static SlotFile OpenLeft(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        try
        {
            return new SlotFile(file, SlotsOf(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Every slot that is not free. Read as a file, not through the map: pages that are only looked at once need not stay in memory.</summary>
    /// <param name="damaged">How many cannot be read.</param>
    public IReadOnlyList<(int Slot, LedgerRow? Row)> Read(out int damaged)
    {
        damaged = 0;
        List<(int, LedgerRow?)> found = [];
        var buffer = ArrayPool<byte>.Shared.Rent(64 * SlotLayout.Size);
        try
        {
            for (var first = 0; first < Count; first += 64)
            {
                var slots = buffer.AsSpan(0, Math.Min(64, Count - first) * SlotLayout.Size);
                ReadExactly(HeadSize + ((long)first * SlotLayout.Size), slots);
                for (var i = 0; i < slots.Length / SlotLayout.Size; i++)
                {
                    var isWhole = SlotLayout.TryRead(slots.Slice(i * SlotLayout.Size, SlotLayout.Size), out var row);
                    damaged += isWhole ? 0 : 1;
                    if (row is not null || !isWhole)
                    {
                        found.Add((first + i, row));
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return found;
    }

    /// <summary>Writes a reservation into a free slot.</summary>
    public void Reserve(int slot, LedgerRow row)
    {
        Span<byte> bytes = stackalloc byte[SlotLayout.OutcomeOffset];
        var length = SlotLayout.WriteReserved(bytes, row);
        Write(slot, 0, bytes, length); // says that it is free until the last byte is in
        Mark(slot, SlotLayout.Reserved);
    }

    /// <summary>Writes what an attempt came to beside its reservation.</summary>
    public void Settle(int slot, LedgerRow row)
    {
        Span<byte> bytes = stackalloc byte[SlotLayout.OutcomeSize];
        var length = SlotLayout.WriteOutcome(bytes, row);
        Write(slot, SlotLayout.OutcomeOffset, bytes, length);
        Mark(slot, SlotLayout.Settled);
    }

    /// <summary>Frees a slot.</summary>
    public void Clear(int slot) => Mark(slot, SlotLayout.Free);

    /// <summary>Copies the file as it is now.</summary>
    public void CopyTo(string path)
    {
        using var copy = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        _file.Position = 0;
        _file.CopyTo(copy);
    }

    /// <summary>Closes it and deletes it.</summary>
    public void Delete()
    {
        _view?.Dispose();
        _map?.Dispose();
        File.Delete(Path); // while it is still ours: nobody else finds it in between
        _file.Dispose();
    }

    public void Dispose()
    {
        _view?.Dispose();
        _map?.Dispose();
        _file.Dispose();
    }

    private static int SlotsOf(FileStream file)
    {
        if (file.Length < HeadSize)
        {
            return 0; // its making was cut short: nobody has used it yet
        }

        Span<byte> magic = stackalloc byte[Magic.Length];
        file.Position = 0;
        file.ReadExactly(magic);
        if (magic.SequenceEqual(Magic))
        {
            return (int)((file.Length - HeadSize) / SlotLayout.Size);
        }

        return magic.IndexOfAnyExcept((byte)0) < 0
            ? 0
            : throw new IOException($"The file '{file.Name}' is not a file of reservations, or of a newer Conductor. If nothing else needs it, move it away.");
    }

    private static void Extend(FileStream file, long length)
    {
        var zeros = new byte[WritingSize];
        file.Position = file.Length;
        while (file.Position < length)
        {
            file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, length - file.Position)));
        }
    }

    private static void WriteHead(FileStream file)
    {
        file.Position = 0;
        file.Write(Magic);
        file.Flush(flushToDisk: true);
    }

    private void ReadExactly(long offset, Span<byte> target)
    {
        _file.Position = offset;
        _file.ReadExactly(target);
    }

    // Eight bytes at a time: the view copies element by element, and byte by byte an attempt's place took 900 ns instead of 400. The parts have room for the rounding.
    private void Write(int slot, int offset, ReadOnlySpan<byte> bytes, int length) =>
        _view!.SafeMemoryMappedViewHandle.WriteSpan(At(slot) + (ulong)offset, MemoryMarshal.Cast<byte, ulong>(bytes[..((length + 7) & ~7)]));

    private void Mark(int slot, int state)
    {
        Interlocked.MemoryBarrier(); // what the state speaks of is there before it
        _view!.SafeMemoryMappedViewHandle.Write(At(slot), state);
    }

    private static ulong At(int slot) => HeadSize + ((ulong)slot * SlotLayout.Size);
}
