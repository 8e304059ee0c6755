namespace Conductor.Plugins;

/// <summary>A plugin's own settings are missing or wrong. The message says what, where and what to write instead; it never holds a secret.</summary>
public sealed class PluginSettingsException : Exception
{
    /// <summary>Creates the exception.</summary>
    public PluginSettingsException()
    {
    }

    /// <summary>Creates the exception with a sentence for the operator.</summary>
    public PluginSettingsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a sentence for the operator and its cause.</summary>
    public PluginSettingsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
