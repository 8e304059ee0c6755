using Conductor.Providers;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <summary>An upstream in a wire of the plugin author's: the server is here, the answers are to be written.</summary>
/// <remarks>Start it with <see cref="StartAsync{T}"/>.</remarks>
public abstract class UpstreamScript : IUpstreamScript
{
    private FakeServer? _server;
    private volatile UpstreamTurn? _turn;

    /// <summary>`http://127.0.0.1:PORT`.</summary>
    public string Address => _server?.Address ?? throw new InvalidOperationException("The script was not started; use UpstreamScript.StartAsync.");

    /// <inheritdoc/>
    public abstract IReadOnlyDictionary<string, string?> Settings { get; }

    /// <inheritdoc/>
    public string Authority => new Uri(Address).Authority;

    /// <inheritdoc/>
    public virtual bool StatesRetryAfter => true;

    /// <inheritdoc/>
    public IReadOnlyList<RecordedRequest> Requests => [.. (_server?.Requests ?? []).Where(IsForAnAnswer)];

    /// <summary>Starts a script's server.</summary>
    public static async Task<IUpstreamScript> StartAsync<T>()
        where T : UpstreamScript, new()
    {
        var script = new T();
        script._server = await FakeServer.StartAsync(script.ServeAsync).ConfigureAwait(false);
        return script;
    }

    /// <inheritdoc/>
    public virtual RawRequest? RawExample(string model, bool isStreaming) => null;

    /// <inheritdoc/>
    public bool TryAnswer(UpstreamTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        _turn = turn;
        return CanSay(turn);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Whether a request asks for an answer; false for lists of models, cards and the like.</summary>
    protected abstract bool IsForAnAnswer(RecordedRequest request);

    /// <summary>Whether <see cref="AnswerAsync"/> knows this turn.</summary>
    protected abstract bool CanSay(UpstreamTurn turn);

    /// <summary>Answers a request for an answer. For <see cref="UpstreamTurn.Silence"/>, <see cref="UpstreamTurn.Bytes"/> and the byte by byte of a text there is nothing to do here.</summary>
    protected abstract Task AnswerAsync(HttpContext context, RecordedRequest request, UpstreamTurn turn, CancellationToken cancellationToken);

    /// <summary>Answers any other request, for example for the list of models.</summary>
    protected abstract Task AnswerOtherAsync(HttpContext context, RecordedRequest request, CancellationToken cancellationToken);

    private async Task ServeAsync(HttpContext context, RecordedRequest request, CancellationToken cancellationToken)
    {
        if (!IsForAnAnswer(request))
        {
            await AnswerOtherAsync(context, request, cancellationToken).ConfigureAwait(false);
            return;
        }

        switch (_turn ?? new UpstreamTurn.Echo())
        {
            case UpstreamTurn.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
                return;
            case UpstreamTurn.Bytes bytes:
                context.Response.ContentType = bytes.ContentType;
                await context.Response.Body.WriteAsync(bytes.Body, cancellationToken).ConfigureAwait(false);
                return;
            case UpstreamTurn.Text { IsByteByByte: true } text:
                FakeServer.SendByteByByte(context);
                await AnswerAsync(context, request, text, cancellationToken).ConfigureAwait(false);
                return;
            case var turn:
                await AnswerAsync(context, request, turn, cancellationToken).ConfigureAwait(false);
                return;
        }
    }
}
