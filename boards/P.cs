namespace Barrel.Boards; internal static class Placeholder;
