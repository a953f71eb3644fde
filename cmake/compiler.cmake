# How everything is compiled: C11, warnings are errors, optimised unless told otherwise.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# No -DNDEBUG: asserts stay on.
set(CMAKE_C_FLAGS_RELEASE "-O3 -g -fno-semantic-interposition")
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror)
# clang minds EN_ASSERT(!"cannot be here"), and a table's row that leaves its tail zero: both are
# meant, and gcc keeps quiet about them.
add_compile_options($<$<C_COMPILER_ID:Clang>:-Wno-string-conversion$<SEMICOLON>-Wno-missing-field-initializers>)
add_compile_definitions(_GNU_SOURCE EN_VERSION="${PROJECT_VERSION}")
include_directories(${CMAKE_SOURCE_DIR})

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_C_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

if(EN_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "EN_FUZZ needs clang (libFuzzer): cmake --preset fuzz")
  endif()
  set(EN_SANITIZE address,undefined)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(EN_SANITIZE)
  # gcc guesses wrongly about uninitialised variables once sanitizers have rewritten the code.
  add_compile_options(-O1 -fsanitize=${EN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_compile_options($<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options(-fsanitize=${EN_SANITIZE})
endif()
