using System.IO.MemoryMappedFiles;

namespace Conductor.Providers.Local.Encoder.Gguf;

/// <summary>A GGUF file mapped into memory, read-only.</summary>
/// <remarks>
/// The bytes are gone after <see cref="Dispose"/>, and touching them then would end the process: who reads them holds a <see cref="Lease"/>,
/// which keeps the mapping until it is disposed.
/// </remarks>
internal sealed unsafe class GgufFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _length;

    private GgufFile(MemoryMappedFile map, MemoryMappedViewAccessor view, int length, GgufContent content)
    {
        _map = map;
        _view = view;
        _length = length;
        Content = content;
    }

    /// <summary>What the file holds.</summary>
    public GgufContent Content { get; private set; }

    /// <summary>Maps a file and reads its head.</summary>
    /// <exception cref="InvalidDataException">It is no usable GGUF file.</exception>
    /// <exception cref="IOException">It cannot be opened, or is not there.</exception>
    public static GgufFile Open(string path)
    {
        var length = new FileInfo(path).Length;
        if (length is 0 or > int.MaxValue)
        {
            throw new InvalidDataException(length == 0 ? "Not a usable GGUF file: it is empty." : "Not a usable GGUF file: files above 2 GB are not read here.");
        }

        var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read);
        MemoryMappedViewAccessor? view = null;
        try
        {
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            var file = new GgufFile(map, view, (int)length, null!);
            using var lease = file.Take();
            file.Content = GgufContent.Read(lease.Bytes);
            return file;
        }
        catch
        {
            view?.Dispose();
            map.Dispose();
            throw;
        }
    }

    /// <summary>Keeps the bytes in place until the lease is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public Lease Take() => new(_view, _length);

    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }

    /// <summary>The bytes of the file while it is held.</summary>
    public readonly ref struct Lease
    {
        private readonly MemoryMappedViewAccessor _view;

        internal Lease(MemoryMappedViewAccessor view, int length)
        {
            byte* pointer = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            _view = view;
            Bytes = new ReadOnlySpan<byte>(pointer + view.PointerOffset, length);
        }

        public ReadOnlySpan<byte> Bytes { get; }

        public void Dispose() => _view.SafeMemoryMappedViewHandle.ReleasePointer();
    }
}
