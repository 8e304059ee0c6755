using Conductor.Errors;
using Conductor.Settings;

namespace Conductor.Hooks;

/// <summary>A plugin's hook. It works on copies: what it does after its time is up changes nothing.</summary>
internal sealed class PluginHookLink(CallHookEntry entry, HookSettings settings) : HookLink
{
    public override async ValueTask<string?> BeforeAsync(HookPrompt prompt, CancellationToken cancellationToken)
    {
        var copy = new HookPrompt
        {
            RequestId = prompt.RequestId,
            TenantId = prompt.TenantId,
            KeyId = prompt.KeyId,
            Operation = prompt.Operation,
            Model = prompt.Model,
            Metadata = prompt.Metadata,
            Texts = [.. prompt.Texts.Select(text => new HookText(text.Kind, text.Text))],
        };
        try
        {
            var (reason, texts) = await HookGuard.RunAsync(
                entry,
                settings.Timeout,
                async (hook, token) => (HookGuard.ReasonOf(await hook.BeforeAsync(copy, token).ConfigureAwait(false)), copy.Texts.Select(text => text.Text).ToArray()),
                cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < texts.Length; i++)
            {
                prompt.Texts[i].Text = texts[i];
            }

            return reason;
        }
        catch (HookFailedException failed)
        {
            return settings.OnFailure == HookFailureRule.Allow ? null : throw failed.Told;
        }
    }

    public override async ValueTask<AnswerLink?> OpenAsync(HookCall call, CancellationToken cancellationToken)
    {
        if (!entry.TryAcquire())
        {
            return settings.OnFailure == HookFailureRule.Allow ? null : throw ConductorErrors.HookMissing(entry.Name);
        }

        var answer = new PluginAnswerLink(entry, settings); // the lease is the answer's: it holds an object of the plugin
        var isLooking = false;
        try
        {
            isLooking = await HookGuard.RunAsync(entry, settings.Timeout, (hook, _) => ValueTask.FromResult(answer.Take(hook.OpenAnswer(call))), cancellationToken).ConfigureAwait(false);
            return isLooking ? answer : null;
        }
        catch (HookFailedException failed)
        {
            return settings.OnFailure == HookFailureRule.Allow ? null : throw failed.Told;
        }
        finally
        {
            if (!isLooking)
            {
                answer.Close();
            }
        }
    }

    /// <summary>A hook that is configured and not there: every call is refused.</summary>
    internal sealed class Missing(string name) : HookLink
    {
        public override ValueTask<string?> BeforeAsync(HookPrompt prompt, CancellationToken cancellationToken) => throw ConductorErrors.HookMissing(name);

        public override ValueTask<AnswerLink?> OpenAsync(HookCall call, CancellationToken cancellationToken) => throw ConductorErrors.HookMissing(name);
    }
}
