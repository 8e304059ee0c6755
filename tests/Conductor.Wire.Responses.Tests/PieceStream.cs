namespace Conductor.Wire.Responses.Tests;

/// <summary>Serves bytes in two halves, as a socket might.</summary>
internal sealed class PieceStream(byte[] bytes, int split) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var upToSplit = Position < split ? split - (int)Position : int.MaxValue;
        return base.ReadAsync(buffer[..Math.Min(buffer.Length, upToSplit)], cancellationToken);
    }
}
