using Conductor.Calls;
using Conductor.Costing;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Signatures;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

/// <summary>
/// A chat client's stream of updates as an attempt: primed (the first content is in hand before the caller is promised a stream), held to its times, counted,
/// and booked once, however it ends.
/// </summary>
internal sealed class PrimedUpdates
{
    // They are kept until the first content is there; a model that thinks aloud sends a few hundred.
    private const int MostWithoutContent = 10_000;

    private readonly ModelCall _call;
    private readonly AttemptScope _scope;
    private readonly IAsyncEnumerator<ChatResponseUpdate> _updates;
    private readonly Func<long, TokenUsage> _estimate;
    private readonly StreamEnd _end;
    private readonly List<ChatResponseUpdate> _head = [];
    private readonly StreamUsageCounter _counter = new();
    private readonly Func<CancellationToken, ValueTask<bool>> _next;
    private ChatResponseUpdate? _current;
    private readonly SignatureMemory? _signatures;
    private UsageDetails? _usage;
    private readonly bool _isKept;
    private bool _hasEnded;
    private long _length;

    private PrimedUpdates(ModelCall call, AttemptScope scope, IAsyncEnumerator<ChatResponseUpdate> updates, Func<long, TokenUsage> estimate, bool isKept)
    {
        _isKept = isKept;
        _call = call;
        _scope = scope;
        _next = NextAsync;
        _signatures = scope.Signatures;
        _updates = updates;
        _estimate = estimate;
        _end = new StreamEnd(call, scope, updates.DisposeAsync, () => Used);
    }

    /// <summary>Whether content has come. An answer may be empty: then it has only finished.</summary>
    public bool HasContent { get; private set; }

    /// <summary>Null until the model has said it.</summary>
    public ChatFinishReason? FinishReason { get; private set; }

    /// <summary>What has been used until now: as the upstream said, else counted.</summary>
    public TokenUsage Used => PartialUsage.Of(UsageReader.Read(_usage), FinishReason is not null, Estimate);

    /// <summary>What a stream that failed before its first content is paid for; null where the upstream has neither said nor written anything.</summary>
    private TokenUsage? Spent => _usage is null && _counter.OutputTokens == 0 ? null : Used;

    /// <summary>Opens the stream and reads it to its first content, or to its finish where it has none.</summary>
    /// <param name="call">The call.</param>
    /// <param name="scope">The attempt.</param>
    /// <param name="updates">The client's stream.</param>
    /// <param name="estimate">The usage, from the tokens of the answer so far, where the upstream states none.</param>
    /// <param name="isKept">Whether the text is kept whole for an operation to read: white space alone is then no content, and the length has a limit.</param>
    public static async Task<PrimedUpdates> StartAsync(
        ModelCall call, AttemptScope scope, IAsyncEnumerable<ChatResponseUpdate> updates, Func<long, TokenUsage> estimate, bool isKept = false)
    {
        var stream = new PrimedUpdates(call, scope, (updates ?? throw NoStream()).GetAsyncEnumerator(scope.Token) ?? throw NoStream(), estimate, isKept);
        scope.Ask();
        try
        {
            call.OnCompleted(stream._end.LeaveAsync);
            await stream.PrimeAsync().ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.CloseAsync().ConfigureAwait(false); // the next target is asked now, not when the call ends
            if (stream.Spent is { } spent)
            {
                scope.Got(spent);
            }

            throw;
        }
    }

    /// <summary>Closes the upstream's stream before it is read; the attempt is then booked by whoever saw why.</summary>
    public ValueTask CloseAsync() => _end.CloseAsync();

    /// <summary>The updates. Enumerate once: the attempt ends with the enumeration.</summary>
    /// <param name="complete">Runs after the last update, before the attempt succeeds; what it throws is the stream's failure.</param>
    public async IAsyncEnumerable<ChatResponseUpdate> ReadAsync(Action? complete = null)
    {
        _end.Begin();
        try
        {
            foreach (var update in _head)
            {
                yield return update;
            }

            while (await MoveAsync().ConfigureAwait(false))
            {
                yield return _current!;
            }

            if (FinishReason is null)
            {
                throw _end.Broken(new ProviderException(ProviderErrorKind.InvalidResponse, "The stream ended without a finish reason."));
            }

            Complete(complete);
            await _end.CloseAsync().ConfigureAwait(false);
            _scope.Succeed(UsageReader.Read(_usage), Estimate);
        }
        finally
        {
            await _end.LeaveAsync().ConfigureAwait(false);
        }
    }

    /// <summary>For a stream that has finished without content: reads on to its end, because what it used comes last.</summary>
    public async Task ReadEmptyAsync()
    {
        while (!HasContent && !_hasEnded && await _scope.GuardAsync(token => NextAsync(token).AsTask()).ConfigureAwait(false))
        {
            _head.Add(_current!);
        }

        _scope.HoldTime();
    }

    private async Task PrimeAsync()
    {
        while (!HasContent && FinishReason is null && await _scope.GuardAsync(token => NextAsync(token).AsTask()).ConfigureAwait(false))
        {
            _head.Add(_current!);
            if (_head.Count > MostWithoutContent)
            {
                throw new ProviderException(ProviderErrorKind.InvalidResponse, "The stream goes on without any content.");
            }
        }

        if (!HasContent && FinishReason is null)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "The stream ended before any content.");
        }

        _scope.Got();
        _scope.MarkAnswered();
        _scope.HoldTime();
    }

    private void Complete(Action? complete)
    {
        try
        {
            complete?.Invoke();
        }
#pragma warning disable CA1031 // boundary: an operation's code reads the answer here
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            throw _scope.Translate(thrown) is var told && told is OperationCanceledException ? told : _end.Broken(told);
        }
    }

    private async ValueTask<bool> MoveAsync()
    {
        if (_hasEnded)
        {
            return false;
        }

        try
        {
            return await _scope.NextAsync(_next, _call.Catalog!.Settings.Reliability, isApart: true).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is ProviderException or Errors.ConductorException)
        {
            throw _end.Broken(failure);
        }
    }

    private async ValueTask<bool> NextAsync(CancellationToken token)
    {
        token.ThrowIfCancellationRequested(); // a stream that never waits does not have to look
        if (!await _updates.MoveNextAsync().ConfigureAwait(false))
        {
            _hasEnded = true;
            return false;
        }

        _current = _updates.Current ?? throw new ProviderException(ProviderErrorKind.PluginFault, "The plugin's stream holds a null.");
        Take(_current);
        return true;
    }

    private void Take(ChatResponseUpdate update)
    {
        FinishReason = update.FinishReason ?? FinishReason;
        _counter.Add(update);
        if (update.AdditionalProperties is { } properties)
        {
            _call.Drop(DroppedParameters.Read(properties));
            _call.Change(ChangedParameters.Read(properties));
        }

        if (_isKept && (_length += update.Text.Length) > _call.Catalog!.Settings.Limits.MaxReplyBytes)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "The answer is longer than 'limits: max_reply' allows.");
        }

        foreach (var content in update.Contents)
        {
            _signatures?.Note(_call, _scope.Hop, content);
            switch (content)
            {
                case UsageContent usage:
                    (_usage ??= new UsageDetails()).Add(usage.Details);
                    break;
                case TextContent { Text.Length: 0 } or TextReasoningContent { Text.Length: 0 }:
                case TextContent { Text: var text } when _isKept && string.IsNullOrWhiteSpace(text):
                    break;
                default:
                    HasContent = true;
                    break;
            }
        }
    }

    private static ProviderException NoStream() => new(ProviderErrorKind.PluginFault, "The plugin returned null instead of a stream.");

    private TokenUsage Estimate() => _estimate(_counter.OutputTokens);
}
