using Conductor.Settings;

namespace Conductor.Hooks;

/// <summary>A plugin's hook at one answer. It holds a lease and the plugin's object until the call is over.</summary>
internal sealed class PluginAnswerLink(CallHookEntry entry, HookSettings settings) : AnswerLink
{
    private readonly Lock _gate = new();
    private IAnswerHook? _hook;
    private bool _isOut; // it failed, and the answer goes on without it
    private bool _hasTouched; // it has changed text, or keeps some back: without it the answer would not be whole
    private bool _isClosed;

    /// <summary>Takes the plugin's object over; false where there is none, or nobody waits for it any more.</summary>
    public bool Take(IAnswerHook? hook)
    {
        lock (_gate)
        {
            _hook = _isClosed ? null : hook;
            return _hook is not null;
        }
    }

    public override async ValueTask<string?> ChunkAsync(HookChunk chunk, CancellationToken cancellationToken)
    {
        if (_isOut)
        {
            return null;
        }

        var copy = new HookChunk(chunk.Part, chunk.Kind, chunk.Choice) { Text = chunk.Text, IsLast = chunk.IsLast };
        try
        {
            var (reason, text) = await HookGuard.RunAsync(
                entry,
                settings.Timeout,
                async (_, token) => (HookGuard.ReasonOf(await _hook!.ChunkAsync(copy, token).ConfigureAwait(false)), copy.Text),
                cancellationToken).ConfigureAwait(false);
            _hasTouched |= text != chunk.Text;
            chunk.Text = text;
            return reason;
        }
        catch (HookFailedException failed)
        {
            return Failed(failed);
        }
    }

    public override async ValueTask<string?> AfterAsync(CancellationToken cancellationToken)
    {
        if (_isOut)
        {
            return null;
        }

        try
        {
            return await HookGuard.RunAsync(
                entry, settings.Timeout, async (_, token) => HookGuard.ReasonOf(await _hook!.AfterAsync(token).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        }
        catch (HookFailedException failed)
        {
            return Failed(failed);
        }
    }

    public override void Close()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            _hook = null;
        }

        entry.Release();
    }

    private string? Failed(HookFailedException failed)
    {
        if (settings.OnFailure != HookFailureRule.Allow || _hasTouched)
        {
            throw failed.Told;
        }

        _isOut = true;
        return null;
    }
}
