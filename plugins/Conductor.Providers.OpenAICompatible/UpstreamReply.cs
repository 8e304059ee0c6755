using System.Buffers;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>A successful reply whose body is still to be read.</summary>
internal sealed class UpstreamReply(UpstreamBody body, string? contentType, string? requestId) : IAsyncDisposable
{
    public UpstreamBody Body => body;

    /// <summary>Without parameters, lower case; null where the upstream named none.</summary>
    public string? ContentType => contentType;

    public string? RequestId => requestId;

    /// <summary>Reads the whole body and hands it to <paramref name="read"/>.</summary>
    public async Task<T> ReadWholeAsync<T>(Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var length = 0;
            while (true)
            {
                var count = await body.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    return read(buffer.AsMemory(0, length));
                }

                length += count;
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public ValueTask DisposeAsync() => body.DisposeAsync();
}
