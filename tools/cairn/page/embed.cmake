# Makes one page of page.html, page.css and the scripts, and a C++ source of that. Arguments: PAGE (this directory), OUTPUT
# The page says by digest which style and script it has, so that a browser runs no other, wherever a text ends up.

# In the order in which they use each other.
set(scripts graph folding layering ordering placing layout theme drawing camera details search scene choosing pointer keys page)

# The base64 of 64 hexadecimal digits.
function(base64 hex result)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(text "")
  string(APPEND hex "00")  # 33 bytes are 11 groups of three
  foreach(group RANGE 10)
    math(EXPR begin "${group} * 6")
    string(SUBSTRING "${hex}" ${begin} 6 digits)
    foreach(shift 18 12 6 0)
      math(EXPR index "(0x${digits} >> ${shift}) & 63")
      string(SUBSTRING "${alphabet}" ${index} 1 character)
      string(APPEND text "${character}")
    endforeach()
  endforeach()
  string(SUBSTRING "${text}" 0 43 text)
  set(${result} "${text}=" PARENT_SCOPE)
endfunction()

function(digest text result)
  string(SHA256 hex "${text}")
  base64(${hex} encoded)
  set(${result} "sha256-${encoded}" PARENT_SCOPE)
endfunction()

set(script "")
foreach(name ${scripts})
  file(READ ${PAGE}/${name}.js part)
  string(APPEND script "${part}")
endforeach()
file(READ ${PAGE}/page.css style)
file(READ ${PAGE}/page.html page)
if("${script}${style}" MATCHES "</s|<!--|@[A-Z]+@|[)]page\"")
  message(FATAL_ERROR "page: a style or script has what would end it: ${CMAKE_MATCH_0}")
endif()
digest("${script}" script_digest)
digest("${style}" style_digest)
foreach(name script style script_digest style_digest)
  string(TOUPPER "@${name}@" place)
  string(REPLACE "${place}" "${${name}}" page "${page}")
endforeach()
string(FIND "${page}" "@DATA@" begin)
if(begin EQUAL -1)
  message(FATAL_ERROR "page: page.html has no place for @DATA@")
endif()
string(SUBSTRING "${page}" 0 ${begin} head)
math(EXPR begin "${begin} + 6")
string(SUBSTRING "${page}" ${begin} -1 tail)
file(WRITE ${OUTPUT} "// Made by embed.cmake.
#include \"lineage/page.h\"

namespace cairn::cli {

const std::string_view kPageHead = R\"page(${head})page\";
const std::string_view kPageTail = R\"page(${tail})page\";

}  // namespace cairn::cli
")
