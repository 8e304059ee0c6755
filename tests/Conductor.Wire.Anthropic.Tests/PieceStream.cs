namespace Conductor.Wire.Anthropic.Tests;

/// <summary>Serves bytes in two halves, or in pieces of one size, as a socket might.</summary>
internal sealed class PieceStream : MemoryStream
{
    private readonly int _split;
    private readonly int _pieceSize;

    private PieceStream(byte[] bytes, int split, int pieceSize)
        : base(bytes) => (_split, _pieceSize) = (split, pieceSize);

    public static PieceStream SplitAt(byte[] bytes, int split) => new(bytes, split, int.MaxValue);

    public static PieceStream InPiecesOf(byte[] bytes, int size) => new(bytes, 0, size);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var upToSplit = Position < _split ? _split - (int)Position : int.MaxValue;
        return base.ReadAsync(buffer[..Math.Min(buffer.Length, Math.Min(upToSplit, _pieceSize))], cancellationToken);
    }
}
