using Conductor.Wire;
using System.Buffers;
using Conductor.Wire.Ollama;

namespace Conductor.Providers.Ollama;

/// <summary>A successful reply whose body is still to be read.</summary>
internal sealed class OllamaReply(ReplyBody body, string? contentType, OllamaAsk ask) : IAsyncDisposable
{
    public ReplyBody Body => body;

    /// <summary>Without parameters, lower case; null where none was named.</summary>
    public string? ContentType => contentType;

    public OllamaAsk Ask => ask;

    /// <summary>Reads the whole body and hands it to <paramref name="read"/>.</summary>
    public async Task<T> ReadWholeAsync<T>(Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var length = 0;
            while (await body.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                length += count;
                if (length > OllamaHttp.MaxReplyBytes)
                {
                    throw OllamaErrors.TooLarge(OllamaHttp.MaxReplyBytes); // also of a stream that turned out to be none
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return read(buffer.AsMemory(0, length));
        }
        catch (WireResponseException failure)
        {
            throw OllamaErrors.FromAnswer(failure, ask);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads the next line of a stream and hands it to <paramref name="read"/>; false at the stream's end.</summary>
    public async ValueTask<bool> ReadLineAsync(NdjsonReader lines, Action<ReadOnlyMemory<byte>> read, CancellationToken cancellationToken)
    {
        try
        {
            if (!await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            read(lines.Line);
            return true;
        }
        catch (WireResponseException failure)
        {
            throw OllamaErrors.FromAnswer(failure, ask);
        }
    }

    public ValueTask DisposeAsync() => body.DisposeAsync();
}
