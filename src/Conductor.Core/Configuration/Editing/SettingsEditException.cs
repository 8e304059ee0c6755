namespace Conductor.Configuration.Editing;

/// <summary>A document was not changed; the message is a sentence for whoever wanted it changed.</summary>
public sealed class SettingsEditException(SettingsEditFault fault, string message, IReadOnlyList<SettingsProblem>? problems = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    public SettingsEditFault Fault { get; } = fault;

    /// <summary>What would be wrong, or is wrong already, with its places; empty where it is about the file itself.</summary>
    public IReadOnlyList<SettingsProblem> Problems { get; } = problems ?? [];
}

/// <summary>Why a document was not changed.</summary>
public enum SettingsEditFault
{
    /// <summary>There is no file, it cannot be written, or it has a shape that only a person can change.</summary>
    File,

    /// <summary>Somebody else changes it all the time.</summary>
    Busy,

    /// <summary>The configuration has mistakes already; they come first.</summary>
    Broken,

    /// <summary>The change would make mistakes.</summary>
    Invalid,

    /// <summary>What was to be changed is not there.</summary>
    Missing,

    /// <summary>What was to be made is there already, or something else stands against it.</summary>
    Conflict,
}
