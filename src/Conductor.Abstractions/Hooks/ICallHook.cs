namespace Conductor.Hooks;

/// <summary>Sees every call's text before a model does, and what the model answers before the caller does: a guardrail. One object for all calls; thread-safe.</summary>
/// <remarks>
/// An operation plugin registers it in its container, as it registers operations. A hook that throws or takes too long refuses the call, unless the configuration says
/// otherwise (`hooks: NAME: on_failure`).
/// </remarks>
public interface ICallHook
{
    /// <summary>Its name in the configuration: lower case letters, digits, `-` and `_`, at most 80 characters.</summary>
    string Name { get; }

    /// <summary>Its place among the hooks: lower ones see a text first. Hooks of the same order go by name.</summary>
    int Order => 0;

    /// <summary>Looks at what is about to be asked. It may change the texts of <paramref name="prompt"/>, and refuse the call.</summary>
    /// <param name="prompt">What is asked; valid until this returns.</param>
    /// <param name="cancellationToken">Cancelled when the hook's time is up, and when the caller leaves.</param>
    ValueTask<HookVerdict> BeforeAsync(HookPrompt prompt, CancellationToken cancellationToken) => new(HookVerdict.Pass);

    /// <summary>Begins to look at an answer; null when this hook does not look at answers, or not at this one.</summary>
    /// <param name="call">Whose answer.</param>
    IAnswerHook? OpenAnswer(HookCall call) => null;
}
