namespace Conductor.Prompts;

/// <summary>Names of the exceptions that Semantic Kernel throws while loading and rendering prompts.</summary>
internal static class SemanticKernelErrors
{
    public const string Argument = "ArgumentException";
    public const string HandlebarsCompiler = "HandlebarsCompilerException";
    public const string HandlebarsRuntime = "HandlebarsRuntimeException";
    public const string Kernel = "KernelException";
    public const string KeyNotFound = "KeyNotFoundException";
    public const string NotSupported = "NotSupportedException";
    public const string Xml = "XmlException";
    public const string Yaml = "YamlException";
}
