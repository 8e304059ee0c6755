namespace Conductor.Providers.Http;

/// <summary>What a stream's pieces are.</summary>
public enum ChatFraming
{
    /// <summary>Server-sent events.</summary>
    Events,

    /// <summary>Lines of JSON.</summary>
    Lines,
}
