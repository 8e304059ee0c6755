namespace Conductor.TestPlugins;

public static class Library
{
    public static string Name => "library 1";
}
